namespace Mesh.Xds.Client;

/// <summary>Pauses between attempts: drawn between zero and a bound that doubles, so that a thousand clients do not come back at once.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private const int MaxDoublings = 16;
    private int _attempts;

    public TimeSpan Next()
    {
        var bound = first * Math.Pow(2, Math.Min(_attempts++, MaxDoublings));
        return (bound < longest ? bound : longest) * random.NextDouble();
    }

    public void Reset() => _attempts = 0;
}
