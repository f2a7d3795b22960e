using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Timeout;

/// <summary>Bounds on time: towards others (<c>to</c>) and for those who call (<c>rules</c>).</summary>
public sealed record TimeoutPolicy : TwoSidedPolicy<OutboundTimeoutSettings, InboundTimeoutSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "Timeout";

    /// <inheritdoc />
    public override string Kind => KindName;

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
        [.. base.ValidateSpec(at), .. Rules.SelectMany((item, i) => ConnectByCaller(item, (at / "rules")[i]))];

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
