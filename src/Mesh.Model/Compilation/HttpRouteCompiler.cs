using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Compilation;

/// <summary>Route tables, from HttpRoute policies. Without a route for an upstream: one rule that passes everything through.</summary>
internal sealed class HttpRouteCompiler
{
    private readonly OutboundEntries<(HttpRoutePolicy Policy, HttpRouteItem Item, int Index)> _entries = new();

    public HttpRouteCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<HttpRoutePolicy>())
        {
            _entries.Add(policy, policy.To.Select((item, i) => (item.TargetRef, (policy, item, i))));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal rules where no rule names backends, for those depend on the caller's edges too.</summary>
    public ImmutableArray<Layer<(HttpRoutePolicy Policy, HttpRouteItem Item, int Index)>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    /// <summary>The rules in the order in which they are tried; timeouts and retries are the same for all of them.</summary>
    public ImmutableArray<RouteRule> Compile(Service caller, Upstream upstream, RouteRule template, RouteBackends backends, List<AppliedSetting> applied)
    {
        var layers = _entries.For(caller, upstream);
        if (layers.IsEmpty)
        {
            return [template with { Name = "default", Action = new ForwardAction { Backends = backends.Only(upstream) } }];
        }

        var rules = ImmutableArray.CreateBuilder<RouteRule>();
        foreach (var alternatives in Alternatives(layers))
        {
            var rule = Rule(alternatives, upstream, template, backends);
            rules.Add(rule);
            applied.Add(new AppliedSetting(upstream.ListenerName, $"route.{rule.Name}", Show(rule.Action), rule.Origin) { Overruled = Overruled(alternatives) });
        }

        return rules.DrainToImmutable();
    }

    // Rules of several policies for the very same requests are one rule, the policy to hear first in front. Within a policy the first rule counts.
    private static IEnumerable<ImmutableArray<Candidate>> Alternatives(ImmutableArray<Layer<(HttpRoutePolicy Policy, HttpRouteItem Item, int Index)>> layers)
    {
        var candidates = new List<Candidate>();
        foreach (var layer in layers.OrderByDescending(l => l.Rank with { Index = 0 }).ThenBy(l => l.Content.Index))
        {
            var (policy, item, index) = layer.Content;
            for (var r = 0; r < item.Rules.Length; r++)
            {
                var rule = item.Rules[r];
                var at = (Resources.MeshResource.SpecPath / "to")[index] / "rules";
                var matches = rule.Matches.IsEmpty ? [RouteMatch.Any] : rule.Matches;
                for (var m = 0; m < matches.Length; m++)
                {
                    var suffix = matches.Length > 1 ? $".matches[{m}]" : "";
                    candidates.Add(new Candidate(policy, rule, matches[m] with { Path = CanonicalPath.Of(matches[m].Path) }, at[r], $"{policy.Key.QualifiedName}/{rule.Name ?? $"to[{index}].rules[{r}]"}{suffix}"));
                }
            }
        }

        if (candidates.Count == 1)
        {
            return [[candidates[0]]];
        }

        return candidates
            .GroupBy(c => HttpRouteSchema.Canonical(c.Match))
            .Select(group => group.DistinctBy(c => c.Policy.Key).ToImmutableArray())
            .OrderBy(group => group[0].Match, RoutePrecedence.Instance);
    }

    private static RouteRule Rule(ImmutableArray<Candidate> alternatives, Upstream upstream, RouteRule template, RouteBackends backends)
    {
        var filters = alternatives.Select(c => c.Rule.Filters).FirstOrDefault(f => f is not null) ?? [];
        var split = alternatives.FirstOrDefault(c => c.Rule.BackendRefs is not null);
        return template with
        {
            Name = alternatives[0].Name,
            Match = alternatives[0].Match,
            Origin = alternatives[0].Policy.OriginAt(alternatives[0].At),
            RequestHeaders = filters.FirstOrDefault(f => f.RequestHeaders is not null)?.RequestHeaders ?? HeaderModification.None,
            ResponseHeaders = filters.FirstOrDefault(f => f.ResponseHeaders is not null)?.ResponseHeaders ?? HeaderModification.None,
            Action = Action(filters, split, upstream, backends),
        };
    }

    // Whoever says filters or backends of its own for requests of which somebody who is heard first says them already.
    private static ImmutableArray<OverruledSetting> Overruled(ImmutableArray<Candidate> alternatives) => alternatives.Length == 1 ? [] :
    [
        .. alternatives.Select((c, i) => (Candidate: c, Before: alternatives.Take(i)))
            .Where(c => (c.Candidate.Rule.Filters is not null && c.Before.Any(b => b.Rule.Filters is not null)) || (c.Candidate.Rule.BackendRefs is not null && c.Before.Any(b => b.Rule.BackendRefs is not null)))
            .Select(c => new OverruledSetting(RouteText.Of(c.Candidate.Rule), c.Candidate.Policy.OriginAt(c.Candidate.At))),
    ];

    private static RouteAction Action(ImmutableArray<RouteFilter> filters, Candidate? split, Upstream upstream, RouteBackends backends)
    {
        if (filters.FirstOrDefault(f => f.Redirect is not null) is { Redirect: { } redirect })
        {
            return redirect;
        }

        var rewrite = filters.FirstOrDefault(f => f.Rewrite is not null)?.Rewrite;
        var clusters = split is null ? backends.Only(upstream) : backends.Of(split.Rule.BackendRefs!.Value, upstream, split.Policy.Metadata.Namespace);
        return clusters.Sum(c => (long)c.Weight) == 0
            ? new DirectResponseAction(500, $"every backend of {split!.Name} has weight 0; give one of them a weight")
            : new ForwardAction { Backends = clusters, RewriteHost = rewrite?.Hostname, RewritePath = rewrite?.Path };
    }

    private static string Show(RouteAction action) => action switch
    {
        ForwardAction forward => string.Join(", ", forward.Backends.Select(b => $"{b.Cluster} ({b.Weight})")),
        RedirectAction redirect => $"redirect {redirect.Status}",
        DirectResponseAction direct => $"answer {direct.Status}",
        _ => "",
    };

    private sealed record Candidate(HttpRoutePolicy Policy, HttpRouteRule Rule, RouteMatch Match, FieldPath At, string Name);
}
