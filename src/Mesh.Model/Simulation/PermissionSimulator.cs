using System.Collections.Immutable;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>What the permissions of a port say of a caller's request: denials first, then rehearsals, then permissions; what nothing allows is refused.</summary>
internal static class PermissionSimulator
{
    /// <summary>Whether any rule looks at paths: then what can be read in two ways is refused.</summary>
    public static bool HasPaths(PermissionSet set) => All(set).Any(r => r.Requests.Any(q => q.Path is not null));

    /// <summary>Decides.</summary>
    /// <param name="set">The permissions.</param>
    /// <param name="caller">The caller's SPIFFE id.</param>
    /// <param name="request">The request; <see langword="null"/>: a connection without requests.</param>
    /// <param name="path">The request's path as the app sees it.</param>
    /// <param name="token">Its token; <see langword="null"/>: the port looks for none.</param>
    public static PermissionVerdict Decide(PermissionSet set, string caller, SimulatedRequest? request, string path, TokenVerdict? token = null)
    {
        var verdict = DecideOne(set, caller, request, path, token ?? TokenVerdict.NotLookedFor);
        if (verdict.IsAllowed && request is not null && HasPaths(set) && path.Contains(';', StringComparison.Ordinal)
            && DecideOne(set, caller, request, AppPath.WithoutParameters(path), token ?? TokenVerdict.NotLookedFor) is { IsAllowed: false } other)
        {
            return other with { Text = $"{other.Text} (apps that take ;x for a parameter read {AppPath.WithoutParameters(path)})" };
        }

        return verdict;
    }

    private static PermissionVerdict DecideOne(PermissionSet set, string caller, SimulatedRequest? request, string path, TokenVerdict token)
    {
        var details = ImmutableArray.CreateBuilder<StepDetail>();
        (PermissionRule Rule, string List)? decides = null;
        foreach (var (list, rules) in new[] { ("deny", set.Deny), ("allowWithShadowDeny", set.AllowWithShadowDeny), ("allow", set.Allow) })
        {
            foreach (var rule in rules)
            {
                var matches = Matches(rule, caller, request, path, token, isDenial: list == "deny");
                var verdict = !matches ? DetailVerdict.DoesNotMatch
                    : decides is null ? DetailVerdict.Decides
                    : decides.Value.List == "deny" && list != "deny" ? DetailVerdict.Overruled
                    : DetailVerdict.NotReached;
                decides ??= matches ? (rule, list) : null;

                // Nobody wants to read of the other callers of a service.
                if (matches || IsAbout(rule, caller))
                {
                    details.Add(new StepDetail($"{list} {PermissionText.Of(rule)}", verdict, rule.Origin));
                }
            }
        }

        return decides switch
        {
            null when token.IsWanting && set.Allow.FirstOrDefault(rule => WantsToken(rule, caller, request, path)) is { } wanting =>
                new PermissionVerdict(false, $"refused with 401: {PermissionText.Of(wanting.Token!)} is wanted", wanting.Origin, false, details.ToImmutable()) { NeedsToken = true },
            null => new PermissionVerdict(false, "refused: no rule allows it", Origin.Default, false, details.ToImmutable()),
            ({ Token.Missing: true } rule, "deny") => new PermissionVerdict(false, "refused with 401: a token is wanted", rule.Origin, false, details.ToImmutable()) { NeedsToken = true },
            (var rule, "deny") => new PermissionVerdict(false, "refused", rule.Origin, false, details.ToImmutable()),
            (var rule, "allow") => new PermissionVerdict(true, "allowed", rule.Origin, false, details.ToImmutable()),
            (var rule, _) => new PermissionVerdict(true, "allowed, and counted as if refused", rule.Origin, true, details.ToImmutable()),
        };
    }

    private static bool Matches(PermissionRule rule, string caller, SimulatedRequest? request, string path, TokenVerdict token, bool isDenial)
    {
        if (!IsAbout(rule, caller))
        {
            return false;
        }

        return request is null
            ? isDenial || rule is { Requests.IsEmpty: true, Token: null }
            : MatchesRequest(rule, request, path, isDenial) && (rule.Token is null || token.Matches(rule.Token));
    }

    private static bool WantsToken(PermissionRule rule, string caller, SimulatedRequest? request, string path) =>
        rule.Token is { Missing: false } && request is not null && IsAbout(rule, caller) && MatchesRequest(rule, request, path, isDenial: false);

    private static bool MatchesRequest(PermissionRule rule, SimulatedRequest request, string path, bool isDenial) =>
        rule.Requests.IsEmpty || rule.Requests.Any(r => Matches(r, request, path, isDenial));

    private static bool Matches(RequestMatch match, SimulatedRequest request, string path, bool isDenial) =>
        (match.Method is null || match.Method == request.Method)
        && (match.Path is null || (isDenial ? RequestMatching.MatchesBroadly(match.Path, path) : RequestMatching.Matches(match.Path, path)))
        && match.Headers.All(header => RequestMatching.MatchesPermission(header, request, isDenial));

    private static bool IsAbout(PermissionRule rule, string caller) => rule.Principals.IsEmpty || rule.Principals.Any(p => p.Matches(caller));

    private static IEnumerable<PermissionRule> All(PermissionSet set) => set.Deny.Concat(set.Allow).Concat(set.AllowWithShadowDeny);
}
