using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.RateLimit;

/// <summary>Another limit for some requests, in a bucket of their own.</summary>
public sealed record RateLimitRoute
{
    /// <summary>What the bucket of all other requests is called.</summary>
    public const string Rest = "default";

    /// <summary>For headers, metrics and logs, a DNS label. <see langword="null"/>: its place.</summary>
    public string? Name { get; init; }

    /// <summary>Which requests, one of these; at least one.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    /// <summary>How many. Either this or <see cref="Disabled"/>.</summary>
    public Rate? Requests { get; init; }

    /// <summary>Any number.</summary>
    public bool? Disabled { get; init; }

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Disabled == true == Requests is not null)
        {
            yield return new(at, Requests is null ? "says no rate; add requestRate, or disabled: true for any number" : "is disabled and has a requestRate; keep one of them");
        }

        foreach (var violation in Requests?.Validate(at / "requestRate") ?? [])
        {
            yield return violation;
        }

        foreach (var violation in Matches.SelectMany((match, i) => HttpRouteRule.MatchViolations(match, (at / "matches")[i])))
        {
            yield return violation;
        }
    }
}
