using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Requests, and what happens to them.</summary>
public sealed record HttpRouteRule
{
    /// <summary>A name for metrics and errors, a DNS label, unique in its list. <see langword="null"/>: its place in the document.</summary>
    public string? Name { get; init; }

    /// <summary>One of these has to match. Empty: every request.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    /// <summary>Changes to request and response, or a redirect. <see langword="null"/>: none of this policy's own.</summary>
    public ImmutableArray<RouteFilter>? Filters { get; init; }

    /// <summary>Where requests go, by weight. <see langword="null"/>: to the upstream itself.</summary>
    public ImmutableArray<BackendRef>? BackendRefs { get; init; }

    /// <summary>Bounds on time, which for these requests are heard before Timeout and Retry policies. <see langword="null"/>: none of this policy's own.</summary>
    public RuleTimeouts? Timeouts { get; init; }

    /// <summary>When these requests are sent again, heard before Retry policies. <see langword="null"/>: what those say.</summary>
    public RuleRetry? Retry { get; init; }

    /// <summary>How a client's requests stay at one replica. <see langword="null"/>: none of this policy's own.</summary>
    public RuleSession? Session { get; init; }

    /// <summary>Whether what is made of it depends on who calls: backends of any kind do, for they have to be in the caller's reach.</summary>
    internal bool NamesBackends => BackendRefs is not null || (Filters ?? []).Any(f => f.Mirror is not null || f.Authorization is not null);

    internal IEnumerable<Violation> Validate(FieldPath at)
    {
        var settings = at / "default";
        foreach (var violation in Matches.SelectMany((match, i) => MatchViolations(match, (at / "matches")[i]))
            .Concat((Filters ?? []).SelectMany((filter, i) => filter.Validate((settings / "filters")[i])))
            .Concat(FilterCombination(settings))
            .Concat((BackendRefs ?? []).SelectMany((backend, i) => backend.Validate((settings / "backendRefs")[i])))
            .Concat(Timeouts?.Validate(settings / "timeouts") ?? [])
            .Concat(Retry?.Validate(settings / "retry") ?? [])
            .Concat(Session?.Validate(settings / "sessionPersistence") ?? []))
        {
            yield return violation;
        }
    }

    internal static IEnumerable<Violation> MatchViolations(RouteMatch match, FieldPath at) =>
    [
        .. match.Path is null ? [] : Matching.MatchRules.Path(match.Path, at / "path"),
        .. match.Method is null ? [] : Matching.MatchRules.Method(match.Method, at / "method"),
        .. match.Headers.SelectMany((header, i) => Matching.MatchRules.Value(header, (at / "headers")[i], isHeader: true)),
        .. match.QueryParameters.SelectMany((parameter, i) => Matching.MatchRules.Value(parameter, (at / "queryParams")[i], isHeader: false)),
    ];

    // Gateway API: each type at most once, redirect and rewrite exclude each other, a redirect has no backends, prefix replacement needs a prefix.
    private IEnumerable<Violation> FilterCombination(FieldPath at)
    {
        var filters = Filters ?? [];
        for (var i = 0; i < filters.Length; i++)
        {
            var path = (at / "filters")[i];
            var type = filters[i].Type;
            if (type != RouteFilterType.RequestMirror && filters.Take(i).Any(f => f.Type == type))
            {
                yield return new(path / "type", $"is {type} a second time; put both into one filter");
            }

            if (type == RouteFilterType.URLRewrite && filters.Any(f => f.Type == RouteFilterType.RequestRedirect))
            {
                yield return new(path / "type", "is URLRewrite beside a RequestRedirect; a redirected request is not forwarded: keep one of them");
            }

            if (type == RouteFilterType.RequestMirror && filters.Any(f => f.Type == RouteFilterType.RequestRedirect))
            {
                yield return new(path / "type", "is RequestMirror beside a RequestRedirect; a redirected request is not forwarded, so there is nothing to copy: keep one of them");
            }

            if (type == RouteFilterType.RequestRedirect && BackendRefs is { IsEmpty: false })
            {
                yield return new(path / "type", "is RequestRedirect beside backendRefs; a redirected request is not forwarded: keep one of them");
            }

            var prefix = (filters[i].Rewrite?.Path ?? filters[i].Redirect?.Path) is { IsPrefix: true };
            if (prefix && (Matches.IsEmpty || Matches.Any(m => m.Path?.Kind != PathMatchKind.PathPrefix)))
            {
                yield return new(path, "replaces the prefix that matched, but not every match of the rule has a path of type PathPrefix; add one, or replace the full path");
            }
        }
    }
}
