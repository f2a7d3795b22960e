using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>A policy of the calling side, of the receiving one, or of both.</summary>
/// <typeparam name="TOutbound">What it says of calls to some upstreams.</typeparam>
/// <typeparam name="TInbound">What it says of calls that come in.</typeparam>
public abstract record TwoSidedPolicy<TOutbound, TInbound> : Policy
    where TOutbound : PolicySettings, new()
    where TInbound : PolicySettings, new()
{
    /// <summary>What it says of the calling side, by upstream.</summary>
    public ImmutableArray<OutboundItem<TOutbound>> To { get; init; } = [];

    /// <summary>What it says of the receiving side, some of it by caller.</summary>
    public ImmutableArray<InboundItem<TInbound>> Rules { get; init; } = [];

    /// <inheritdoc />
    public sealed override int ToCount => To.Length;

    /// <inheritdoc />
    public sealed override int RulesCount => Rules.Length;

    /// <inheritdoc />
    public override Policy With(Policy more)
    {
        var other = (TwoSidedPolicy<TOutbound, TInbound>)more;
        return this with { To = [.. To, .. other.To], Rules = [.. Rules, .. other.Rules] };
    }

    internal sealed override bool IsInbound => To.IsEmpty;

    internal sealed override IEnumerable<(TargetRef Target, FieldPath Entry)> Targets => PolicyShape.Targets(To);

    internal sealed override IEnumerable<(CallerRef Caller, FieldPath At)> Callers => PolicyShape.Callers(Rules);

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, Rules.Length),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
