namespace Mesh.Model.Policies.Retry;

/// <summary>When and how often a request is sent again by the caller's sidecar.</summary>
public sealed record RetryPolicy : OutboundPolicy<OutboundItem<RetryPolicySettings>>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "Retry";

    /// <inheritdoc />
    public override string Kind => KindName;
}
