using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Codecs;

/// <summary>
/// Route tables for clients whose fault filter hangs on routes: in front of each rule stands a copy of it for what a fault matches too. A request meets one copy, so of
/// several faults that match it the oldest is made, unless they match the very same requests.
/// </summary>
internal static class FaultedRoutes
{
    /// <summary>The rules in their order, each with what happens to its requests.</summary>
    /// <param name="table">The table.</param>
    /// <param name="faults">The faults of the snapshot, the oldest first.</param>
    public static ImmutableArray<(RouteRule Rule, FaultEffects? Effects)> Of(RouteTable table, ImmutableArray<FaultRule> faults)
    {
        var hits = Merged(faults.Where(fault => ResourceNames.Outbound(fault.Upstream) == table.Name));
        return
        [
            .. from rule in table.Rules
               from variant in Variants(rule, hits)
               select variant,
        ];
    }

    private static IEnumerable<(RouteRule, FaultEffects?)> Variants(RouteRule rule, IReadOnlyList<(string Ids, ImmutableArray<RouteMatch> Matches, FaultEffects Effects)> hits)
    {
        foreach (var (ids, matches, effects) in hits)
        {
            // grpc-js-xds (1.14.1) does not see what was only added to a map: without another name it would go on as before.
            var copy = rule with { Name = $"{rule.Name}; fault {ids}" };
            foreach (var match in matches)
            {
                if (match == RouteMatch.Any)
                {
                    yield return (copy, effects);
                    yield break;
                }

                if (Both(rule.Match, match) is { } both)
                {
                    yield return (copy with { Match = both }, effects);
                }
            }
        }

        yield return (rule, null);
    }

    private static List<(string Ids, ImmutableArray<RouteMatch> Matches, FaultEffects Effects)> Merged(IEnumerable<FaultRule> faults)
    {
        var merged = new List<(string Ids, ImmutableArray<RouteMatch> Matches, FaultEffects Effects)>();
        foreach (var fault in faults)
        {
            ImmutableArray<RouteMatch> matches = fault.Matches.IsEmpty ? [RouteMatch.Any] : fault.Matches;
            var at = merged.FindIndex(known => known.Matches.SequenceEqual(matches));
            if (at < 0)
            {
                merged.Add((fault.Id, matches, fault.Effects));
            }
            else
            {
                var (ids, _, first) = merged[at];
                merged[at] = ($"{ids}, {fault.Id}", matches, first with { Delay = first.Delay ?? fault.Effects.Delay, Abort = first.Abort ?? fault.Effects.Abort });
            }
        }

        return merged;
    }

    /// <returns><see langword="null"/>: no request matches both, or no single match says so.</returns>
    private static RouteMatch? Both(RouteMatch one, RouteMatch other)
    {
        if ((one.Method is not null && other.Method is not null && one.Method != other.Method) || !TryBoth(one.Path, other.Path, out var path))
        {
            return null;
        }

        return new()
        {
            Path = path,
            Method = one.Method ?? other.Method,
            Headers = [.. one.Headers, .. other.Headers],
            QueryParameters = [.. one.QueryParameters, .. other.QueryParameters],
        };
    }

    private static bool TryBoth(PathMatch? one, PathMatch? other, out PathMatch? both)
    {
        if (IsAny(one) || IsAny(other))
        {
            both = IsAny(one) ? other : one;
            return true;
        }

        // The narrower of two that agree; two expressions, or one and a prefix, have none that can be written down.
        both = one!.Kind == PathMatchKind.Exact ? one
            : other!.Kind == PathMatchKind.Exact ? other
            : one.Kind == PathMatchKind.RegularExpression || other.Kind == PathMatchKind.RegularExpression ? null
            : one.Value.TrimEnd('/').Length >= other.Value.TrimEnd('/').Length ? one : other;
        return both is not null && Matches(one, both.Value) && Matches(other!, both.Value);
    }

    private static bool IsAny(PathMatch? path) => path is null || path is { Kind: PathMatchKind.PathPrefix, Value: "/" };

    private static bool Matches(PathMatch match, string path) => match.Kind switch
    {
        PathMatchKind.Exact => path == match.Value,
        PathMatchKind.PathPrefix => $"{path.TrimEnd('/')}/".StartsWith($"{match.Value.TrimEnd('/')}/", StringComparison.Ordinal),
        _ => Regex.IsMatch(path, $@"\A(?:{match.Value})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
    };
}
