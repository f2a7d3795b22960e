using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>How much a caller's sidecar may have open towards an upstream at a time, when it leaves a replica out because of what it answered, and how much a sidecar lets through to its app at a time.</summary>
public sealed record CircuitBreakerPolicy : TwoSidedPolicy<CircuitBreakerSettings, InboundBreakerSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "CircuitBreaker";

    /// <inheritdoc />
    public override string Kind => KindName;

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
        [.. base.ValidateSpec(at), .. Rules.SelectMany((item, i) => Waiting(item, (at / "rules")[i]))];

    private static IEnumerable<Violation> Waiting(InboundItem<InboundBreakerSettings> item, FieldPath at)
    {
        if (!item.Matches.IsEmpty && item.Default.MaxPendingRequests is not null)
        {
            yield return new(at / "default" / "connectionLimits" / "maxPendingRequests", "is for all callers together, who share the connections to the app; move it to an entry without matches");
        }
    }
}
