using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>A policy of the receiving side.</summary>
/// <typeparam name="TSettings">What it says of calls that come in.</typeparam>
public abstract record InboundPolicy<TSettings> : Policy
    where TSettings : PolicySettings, new()
{
    /// <summary>What it says, some of it by caller.</summary>
    public ImmutableArray<InboundItem<TSettings>> Rules { get; init; } = [];

    /// <inheritdoc />
    public sealed override int ToCount => 0;

    /// <inheritdoc />
    public sealed override int RulesCount => Rules.Length;

    /// <inheritdoc />
    public override Policy With(Policy more) => this with { Rules = [.. Rules, .. ((InboundPolicy<TSettings>)more).Rules] };

    internal sealed override bool IsInbound => true;

    internal sealed override IEnumerable<(TargetRef Target, FieldPath Entry)> Targets => [];

    internal override IEnumerable<(CallerRef Caller, FieldPath At)> Callers => PolicyShape.Callers(Rules);

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, null, Rules.Length),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
