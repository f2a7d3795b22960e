namespace Mesh.Model.Snapshots;

/// <summary>What algorithms have in common.</summary>
public static class LoadBalancingKinds
{
    /// <summary>Whether it picks by a hash of the request.</summary>
    public static bool IsByHash(this LoadBalancingKind kind) => kind is LoadBalancingKind.RingHash or LoadBalancingKind.Maglev;

    /// <summary>Whether a replica's share can grow while it is new.</summary>
    public static bool HasSlowStart(this LoadBalancingKind kind) => kind is LoadBalancingKind.RoundRobin or LoadBalancingKind.LeastRequest or LoadBalancingKind.PeakEwma;
}
