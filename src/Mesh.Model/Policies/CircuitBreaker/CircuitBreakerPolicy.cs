using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>How much a caller's sidecar may have open towards an upstream at a time, when it leaves a replica out because of what it answered, and how much a sidecar lets through to its app at a time.</summary>
public sealed record CircuitBreakerPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "CircuitBreaker";

    /// <summary>Settings by upstream.</summary>
    public ImmutableArray<OutboundItem<CircuitBreakerSettings>> To { get; init; } = [];

    /// <summary>Settings of the receiving side, some by caller.</summary>
    public ImmutableArray<InboundItem<InboundBreakerSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, Rules.Length),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i]).Concat(Waiting(item, (at / "rules")[i]))),
    ];

    private static IEnumerable<Violation> Waiting(InboundItem<InboundBreakerSettings> item, FieldPath at)
    {
        if (!item.Matches.IsEmpty && item.Default.MaxPendingRequests is not null)
        {
            yield return new(at / "default" / "connectionLimits" / "maxPendingRequests", "is for all callers together, who share the connections to the app; move it to an entry without matches");
        }
    }
}
