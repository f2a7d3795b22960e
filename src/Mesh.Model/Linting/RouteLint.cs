using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Resources;
using Mesh.Model.Simulation;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Linting;

/// <summary>Routes as they are written.</summary>
internal static class RouteLint
{
    public static void Run(LintContext context, LintReport report)
    {
        foreach (var policy in context.Policies.All)
        {
            var to = DeclaredResource.SpecPath / "to";
            if (policy is HttpRoutePolicy http)
            {
                for (var i = 0; i < http.To.Length; i++)
                {
                    Http(http, http.To[i], to[i], report);
                }
            }
            else if (policy is TcpRoutePolicy tcp)
            {
                for (var i = 0; i < tcp.To.Length; i++)
                {
                    Backends(tcp, tcp.To[i].BackendRefs, (to[i] / "rules")[0] / "default" / "backendRefs", "every connection is closed", report);
                }
            }
        }
    }

    private static void Http(HttpRoutePolicy policy, HttpRouteItem item, FieldPath at, LintReport report)
    {
        var seen = new Dictionary<string, FieldPath>(StringComparer.Ordinal);
        for (var r = 0; r < item.Rules.Length; r++)
        {
            var rule = item.Rules[r];
            var path = (at / "rules")[r];
            var matches = rule.Matches.IsEmpty ? [RouteMatch.Any] : rule.Matches;
            for (var m = 0; m < matches.Length; m++)
            {
                var place = rule.Matches.IsEmpty ? path : (path / "matches")[m];
                var canonical = HttpRouteSchema.Canonical(matches[m] with { Path = CanonicalPath.Of(matches[m].Path) });
                if (!seen.TryAdd(canonical, place))
                {
                    report.Add(LintRules.MatchTwice, policy, place, $"matches the same requests as {seen[canonical]} ({RouteText.Of(matches[m])}), which is heard; take one of them out");
                }
            }

            if (rule.BackendRefs is { } backends)
            {
                Backends(policy, backends, path / "default" / "backendRefs", "every request is answered with 500", report);
            }

            Filters(policy, rule, matches, path / "default" / "filters", report);
        }
    }

    private static void Backends(Policy policy, ImmutableArray<BackendRef> backends, FieldPath at, string outcome, LintReport report)
    {
        if (!backends.IsEmpty && backends.All(b => b.Weight == 0))
        {
            report.Add(LintRules.NoWeight, policy, at, $"gives every backend the weight 0, so {outcome}; give one of them a weight");
        }
        else if (backends is [{ Weight: not 1 }])
        {
            report.Add(LintRules.LonelyWeight, policy, at[0] / "weight", $"is {backends[0].Weight} of a single backend, which gets everything whatever it is; leave it out, or name the other backend");
        }

        for (var i = 1; i < backends.Length; i++)
        {
            var backend = backends[i];
            if (backends.Take(i).Any(b => b.Name == backend.Name && b.Port == backend.Port && (b.Namespace ?? policy.Metadata.Namespace) == (backend.Namespace ?? policy.Metadata.Namespace)))
            {
                report.Add(LintRules.BackendTwice, policy, at[i], $"is {backend.Name} a second time: its weights add up; keep one with the sum");
            }
        }
    }

    private static void Filters(HttpRoutePolicy policy, HttpRouteRule rule, ImmutableArray<RouteMatch> matches, FieldPath at, LintReport report)
    {
        var filters = rule.Filters ?? [];
        for (var f = 0; f < filters.Length; f++)
        {
            foreach (var change in new[] { filters[f].RequestHeaders, filters[f].ResponseHeaders }.OfType<HeaderModification>())
            {
                foreach (var name in change.Remove.Where(n => change.Set.Any(s => s.Key.Equals(n, StringComparison.OrdinalIgnoreCase))))
                {
                    report.Add(LintRules.HeaderSetAndRemoved, policy, at[f], $"removes {name} and sets it: removing comes first, so it is set; take it out of remove");
                }
            }

            if (filters[f].Redirect is { Scheme: null, Host: null, Port: null } redirect && Array.Exists([.. matches], m => LeadsBack(m, redirect.Path)))
            {
                report.Add(LintRules.RedirectLoop, policy, at[f], "leads to requests that this rule redirects again, without end; change the path to one that it does not match, or the host");
            }
        }
    }

    private static bool LeadsBack(RouteMatch match, PathRewrite? rewrite) => match.Path is not { } path
        || rewrite is null
        || (rewrite.IsPrefix ? path.Kind == PathMatchKind.PathPrefix && RequestMatching.Matches(path, rewrite.Value.TrimEnd('/')) : RequestMatching.Matches(path, rewrite.Value));
}
