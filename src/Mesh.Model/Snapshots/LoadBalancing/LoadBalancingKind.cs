namespace Mesh.Model.Snapshots;

/// <summary>Load-balancing algorithms.</summary>
public enum LoadBalancingKind
{
    /// <summary>One after the other, smooth by weight.</summary>
    RoundRobin,

    /// <summary>The one with the fewest requests in flight out of a few drawn at random.</summary>
    LeastRequest,

    /// <summary>At random by weight.</summary>
    Random,

    /// <summary>Of two drawn at random the one that answers sooner, by how long its answers took and how many are waited for: made for replicas of which one turns slow.</summary>
    PeakEwma,

    /// <summary>By hash, on a ring: a replica that comes or goes moves no more keys than its share.</summary>
    RingHash,

    /// <summary>By hash, from a table: spreads more evenly than a ring and is quicker to look up, and moves a few keys more when replicas change.</summary>
    Maglev,
}
