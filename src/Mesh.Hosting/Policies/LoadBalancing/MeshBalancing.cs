namespace Mesh.Hosting;

/// <summary>How a replica is picked, for each request (for tcp: each connection).</summary>
public enum MeshBalancing
{
    /// <summary>The one with the fewest requests in flight out of a few drawn at random.</summary>
    LeastRequest,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>At random.</summary>
    Random,

    /// <summary>Of two drawn at random the one that answers sooner, by how long its answers took lately and how many are waited for. Made for replicas of which one turns slow.</summary>
    PeakEwma,

    /// <summary>By hash of what <see cref="MeshLoadBalancing.HashBy"/> names: requests with the same come to the same replica. A replica that comes or goes moves its share of them and no others.</summary>
    RingHash,

    /// <summary>By hash too: spreads more evenly and is quicker to look up, and moves a few more when replicas change.</summary>
    Maglev,
}
