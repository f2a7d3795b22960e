using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>What became of the requests to a replica in one interval.</summary>
internal readonly record struct OutlierRate(UpstreamReplica Replica, long Successes, long Failures)
{
    /// <summary>How many there were.</summary>
    public long Volume => Successes + Failures;

    /// <summary>Successes in percent.</summary>
    public double SuccessPercent => 100.0 * Successes / Volume;
}
