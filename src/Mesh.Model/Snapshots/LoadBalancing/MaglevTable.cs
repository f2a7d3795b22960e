namespace Mesh.Model.Snapshots;

/// <summary>The size of a Maglev table: a prime, or replicas would get rows that they cannot reach.</summary>
public static class MaglevTable
{
    /// <summary>What it is where nothing is said: Envoy's.</summary>
    public const int DefaultSize = 65537;

    /// <summary>The largest, in Envoy as well.</summary>
    public const int Limit = 5000011;

    /// <summary>Whether a table may have this size.</summary>
    public static bool IsValid(int size)
    {
        if (size is < 2 or > Limit)
        {
            return false;
        }

        for (var divisor = 2; divisor * divisor <= size; divisor++)
        {
            if (size % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }
}
