using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>How much a caller's sidecar may have open towards an upstream at a time, and when it leaves a replica out because of what it answered.</summary>
public sealed record CircuitBreakerPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "CircuitBreaker";

    /// <summary>Settings by upstream.</summary>
    public ImmutableArray<OutboundItem<CircuitBreakerSettings>> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
