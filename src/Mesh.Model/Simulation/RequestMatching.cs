using System.Text.RegularExpressions;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using ValueMatch = Mesh.Model.Snapshots.ValueMatch;

namespace Mesh.Model.Simulation;

/// <summary>
/// Whether requests match, and if not, why. Written as docs/policies says it and slowly, apart from what sidecars run: a property test holds the two against each other.
/// </summary>
internal static class RequestMatching
{
    /// <summary>Why a request does not match; <see langword="null"/>: it does.</summary>
    /// <param name="match">The match.</param>
    /// <param name="request">The request.</param>
    /// <param name="path">Its path, decoded where rules look at paths.</param>
    /// <param name="query">Its query.</param>
    public static string? WhyNot(RouteMatch match, SimulatedRequest request, string path, string query)
    {
        if (match.Method is { } method && method != request.Method)
        {
            return $"the method is not {method}";
        }

        if (match.Path is { } wanted && !Matches(wanted, path))
        {
            return $"the path is not {RouteText.Of(wanted)}";
        }

        foreach (var header in match.Headers)
        {
            if (!Matches(header, request.Header(header.Name)))
            {
                return Why("header", header, request.Header(header.Name));
            }
        }

        foreach (var parameter in match.QueryParameters)
        {
            if (!Matches(parameter, QueryText.First(query, parameter.Name)))
            {
                return Why("query parameter", parameter, QueryText.First(query, parameter.Name));
            }
        }

        return null;
    }

    /// <summary>Whether a browser asks by it what a page may do (https://fetch.spec.whatwg.org/#cors-preflight-request).</summary>
    public static bool IsPreflight(SimulatedRequest request) => request.Method == "OPTIONS" && Values(request, "Origin").Count == 1 && Values(request, "Access-Control-Request-Method").Count == 1;

    /// <summary>Whether the request that a browser asks about would match, as far as it tells: not what its headers hold.</summary>
    public static bool MayMatchAfter(RouteRule rule, SimulatedRequest preflight, string path, string query) =>
        (rule.Cors is not null || rule.Match.Headers.IsEmpty)
        && WhyNot(rule.Match with { Headers = [] }, preflight with { Method = Values(preflight, "Access-Control-Request-Method")[0] }, path, query) is null;

    /// <summary>Whether every path matches.</summary>
    public static bool IsEverything(PathMatch path) => path.Kind == PathMatchKind.PathPrefix && path.Value.TrimEnd('/').Length == 0;

    /// <summary>Whether a path matches.</summary>
    public static bool Matches(PathMatch match, string path) => match.Kind switch
    {
        PathMatchKind.Exact => path == match.Value,
        PathMatchKind.PathPrefix => IsBelow(match.Value.TrimEnd('/'), path, StringComparison.Ordinal),
        _ => IsWhole(match.Value, path, RegexOptions.None),
    };

    /// <summary>Whether a denial takes a path: what apps may take for the same counts too, another case and slashes at the end.</summary>
    public static bool MatchesBroadly(PathMatch match, string path) => match.Kind switch
    {
        PathMatchKind.Exact => match.Value.TrimEnd('/').Equals(path.TrimEnd('/'), StringComparison.OrdinalIgnoreCase),
        PathMatchKind.PathPrefix => IsBelow(match.Value.TrimEnd('/'), path, StringComparison.OrdinalIgnoreCase),
        _ => IsWhole(match.Value, path, RegexOptions.IgnoreCase) || IsWhole(match.Value, path.TrimEnd('/'), RegexOptions.IgnoreCase),
    };

    /// <summary>Whether a permission's header matches: a denial takes any of several values, what allows wants one only.</summary>
    public static bool MatchesPermission(ValueMatch match, SimulatedRequest request, bool isDenial)
    {
        var values = Values(request, match.Name);
        return match.Kind switch
        {
            ValueMatchKind.Absent => values.Count == 0,
            ValueMatchKind.Present => values.Count > 0,
            _ when isDenial => values.Any(value => Matches(match, value) || value.Split(',').Any(part => Matches(match, part.Trim(' ', '\t')))),
            _ => values is [var only] && Matches(match, only),
        };
    }

    private static List<string> Values(SimulatedRequest request, string name) =>
        [.. request.Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];

    private static bool IsBelow(string prefix, string path, StringComparison comparison) => path.Equals(prefix, comparison) || path.StartsWith($"{prefix}/", comparison);

    private static bool IsWhole(string pattern, string text, RegexOptions options) =>
        Regex.IsMatch(text, $@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | options);

    private static bool Matches(ValueMatch match, string? value) => match.Kind switch
    {
        ValueMatchKind.Absent => value is null,
        _ when value is null => false,
        ValueMatchKind.Present => true,
        ValueMatchKind.Exact => value == match.Value,
        ValueMatchKind.Prefix => value.StartsWith(match.Value, StringComparison.Ordinal),
        _ => IsWhole(match.Value, value, RegexOptions.None),
    };

    private static string Why(string what, ValueMatch match, string? value) => match.Kind switch
    {
        ValueMatchKind.Absent => $"{what} {match.Name} is there",
        _ when value is null => $"{what} {match.Name} is missing",
        ValueMatchKind.Prefix => $"{what} {match.Name} does not begin with {match.Value}",
        ValueMatchKind.RegularExpression => $"{what} {match.Name} is not ~{match.Value}",
        _ => $"{what} {match.Name} is not {match.Value}",
    };
}
