using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.RateLimit;

/// <summary>How much each replica of a service takes in: from whom, of what, in how long.</summary>
public sealed record RateLimitPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "RateLimit";

    /// <summary>Limits of the receiving side.</summary>
    public ImmutableArray<InboundItem<RateLimitSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, null, Rules.Length),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
