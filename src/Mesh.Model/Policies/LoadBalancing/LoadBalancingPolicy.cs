using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.LoadBalancing;

/// <summary>How a caller's sidecar picks a replica, and what it speaks with it.</summary>
public sealed record LoadBalancingPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "LoadBalancing";

    /// <summary>Settings by upstream.</summary>
    public ImmutableArray<OutboundItem<LoadBalancingSettings>> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
