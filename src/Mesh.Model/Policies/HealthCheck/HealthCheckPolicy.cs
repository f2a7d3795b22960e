using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>Whether and how a caller's sidecar asks the replicas of an upstream how they are.</summary>
public sealed record HealthCheckPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "HealthCheck";

    /// <summary>Settings by upstream.</summary>
    public ImmutableArray<OutboundItem<HealthCheckSettings>> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
