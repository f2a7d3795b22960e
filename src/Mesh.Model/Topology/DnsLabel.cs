namespace Mesh.Model.Topology;

/// <summary>RFC 1123 labels: what Kubernetes accepts as a name, so that a laptop's names can be published.</summary>
public static class DnsLabel
{
    /// <summary>Longest label, in characters (RFC 1123).</summary>
    public const int MaxLength = 63;

    /// <summary>Lower-case letters, digits and inner hyphens, at most <see cref="MaxLength"/> characters.</summary>
    public static bool IsValid(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}
