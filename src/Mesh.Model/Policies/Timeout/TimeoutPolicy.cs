using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Timeout;

/// <summary>Bounds on time: towards others (<c>to</c>) and for those who call (<c>rules</c>).</summary>
public sealed record TimeoutPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "Timeout";

    /// <summary>Bounds of the calling side.</summary>
    public ImmutableArray<OutboundItem<OutboundTimeoutSettings>> To { get; init; } = [];

    /// <summary>Bounds of the receiving side.</summary>
    public ImmutableArray<InboundItem<InboundTimeoutSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, Rules.Length),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
        .. Rules.SelectMany((item, i) => ConnectByCaller(item, (at / "rules")[i])),
    ];

    private static IEnumerable<Violation> ConnectByCaller(InboundItem<InboundTimeoutSettings> item, FieldPath at)
    {
        if (item.Matches.IsEmpty)
        {
            yield break;
        }

        if (item.Default.Connect is not null)
        {
            yield return new(at / "default" / "connect", "cannot depend on the caller, for all share the connections to the app; move it to an entry without matches");
        }

        if (item.Default.RequestHeaders is not null)
        {
            yield return new(at / "default" / "requestHeaders", "cannot depend on the caller, who may not be known yet; move it to an entry without matches");
        }

        if (item.Default.MaxConnectionDuration is not null)
        {
            yield return new(at / "default" / "maxConnectionDuration", "cannot depend on the caller; move it to an entry without matches");
        }
    }
}
