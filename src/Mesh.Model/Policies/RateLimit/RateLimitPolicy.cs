namespace Mesh.Model.Policies.RateLimit;

/// <summary>How much each replica of a service takes in: from whom, of what, in how long.</summary>
public sealed record RateLimitPolicy : InboundPolicy<RateLimitSettings>
{
    /// <summary>The kind, as documents write it.</summary>
    public const string KindName = "RateLimit";

    /// <inheritdoc />
    public override string Kind => KindName;
}
