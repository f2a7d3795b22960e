namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>How a caller's sidecar picks a replica, and what it speaks with it.</summary>
public sealed record LoadBalancingPolicy : OutboundPolicy<OutboundItem<LoadBalancingSettings>>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "LoadBalancing";

    /// <inheritdoc />
    public override string Kind => KindName;
}
