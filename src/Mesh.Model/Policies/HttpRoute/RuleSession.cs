using Mesh.Model.Policies.Matching;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>How the requests of one client stay at one replica as long as it is there (Gateway API's <c>sessionPersistence</c>).</summary>
public sealed record RuleSession
{
    /// <summary>What carries the mark between client and sidecar. Default: a cookie.</summary>
    public SessionKind Kind { get; init; }

    /// <summary>The name of the cookie or header. <see langword="null"/>: <c>mesh-session</c> or <c>x-session</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the cookie outlives the browser, for <see cref="AbsoluteTimeout"/>. Default: false.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>For how long a session lasts from its beginning. <see langword="null"/>: for ever.</summary>
    public TimeSpan? AbsoluteTimeout { get; init; }

    /// <summary>For how long a session lasts without a request. <see langword="null"/>: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>As sidecars know it.</summary>
    internal RouteSession ToSession() => new()
    {
        Kind = Kind,
        Name = Name ?? (Kind == SessionKind.Cookie ? RouteSession.DefaultCookie : RouteSession.DefaultHeader),
        IsPermanent = IsPermanent,
        AbsoluteTimeout = AbsoluteTimeout,
        IdleTimeout = IdleTimeout,
    };

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        // RFC 6265 gives cookies names of the same characters as headers.
        if (Name is { } name)
        {
            foreach (var violation in MatchRules.ChangeableHeader(name, at / "sessionName"))
            {
                yield return violation;
            }
        }

        if (Kind == SessionKind.Header && IsPermanent)
        {
            yield return new(at / "cookieConfig", "means nothing with type Header; leave it out, or use type Cookie");
        }

        if (IsPermanent && AbsoluteTimeout is null)
        {
            yield return new(at / "absoluteTimeout", "is missing; a cookie with lifetimeType Permanent lives as long as this says");
        }

        foreach (var (field, limit) in new[] { ("absoluteTimeout", AbsoluteTimeout), ("idleTimeout", IdleTimeout) })
        {
            if (limit is { } length && length < TimeSpan.FromSeconds(1))
            {
                yield return new(at / field, $"must be at least 1s but is {Duration.Format(length)}; leave it out for no limit");
            }
        }
    }
}
