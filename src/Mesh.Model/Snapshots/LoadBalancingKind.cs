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
}
