namespace Mesh.Model.Policies.HealthCheck;

/// <summary>Whether and how a caller's sidecar asks the replicas of an upstream how they are.</summary>
public sealed record HealthCheckPolicy : OutboundPolicy<OutboundItem<HealthCheckSettings>>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "HealthCheck";

    /// <inheritdoc />
    public override string Kind => KindName;
}
