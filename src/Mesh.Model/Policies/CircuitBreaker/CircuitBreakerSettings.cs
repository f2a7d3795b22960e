using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>What may be open at a time, and which replicas are left out.</summary>
public sealed record CircuitBreakerSettings : PolicySettings
{
    /// <summary>What one sidecar may have open towards the upstream port. Without any policy: any number.</summary>
    public ConnectionLimitSettings ConnectionLimits { get; init; } = new();

    /// <summary>When a replica is left out. Without any policy: only where it cannot be connected to, for some seconds.</summary>
    public OutlierDetectionSettings? OutlierDetection { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
        ConnectionLimits.Validate(at / "connectionLimits").Concat(OutlierDetection?.Validate(at / "outlierDetection") ?? []);
}
