using System.Collections.Immutable;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies;

/// <summary>A policy of the calling side.</summary>
/// <typeparam name="TEntry">What it says of calls to some upstreams.</typeparam>
public abstract record OutboundPolicy<TEntry> : Policy
    where TEntry : OutboundEntry
{
    /// <summary>What it says, by upstream.</summary>
    public ImmutableArray<TEntry> To { get; init; } = [];

    /// <inheritdoc />
    public sealed override int ToCount => To.Length;

    /// <inheritdoc />
    public sealed override int RulesCount => 0;

    /// <inheritdoc />
    public override Policy With(Policy more) => this with { To = [.. To, .. ((OutboundPolicy<TEntry>)more).To] };

    internal sealed override bool IsInbound => false;

    internal sealed override IEnumerable<(TargetRef Target, FieldPath Entry)> Targets => PolicyShape.Targets(To);

    internal sealed override IEnumerable<(CallerRef Caller, FieldPath At)> Callers => [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
