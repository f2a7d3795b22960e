using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>A mirror, ready to run: its share is spread evenly instead of drawn, so that after any hundred requests it is exact to one.</summary>
internal sealed class CompiledMirror(RouteMirror mirror)
{
    // The unit of shares on the wire.
    private const long Whole = 1_000_000;

    private readonly long _share = (long)Math.Round(mirror.Percent / 100 * Whole);
    private long _sum;

    /// <summary>The cluster that gets the copies.</summary>
    public string Cluster => mirror.Cluster;

    /// <summary>Whether the next request is copied.</summary>
    public bool IsNext()
    {
        if (_share >= Whole)
        {
            return true;
        }

        var sum = Interlocked.Add(ref _sum, _share);
        return sum / Whole != (sum - _share) / Whole;
    }
}
