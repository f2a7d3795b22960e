using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Retry;

/// <summary>When and how often a request is sent again by the caller's sidecar.</summary>
public sealed record RetryPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "Retry";

    /// <summary>Settings by upstream.</summary>
    public ImmutableArray<OutboundItem<RetryPolicySettings>> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
