using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Route tables, from HttpRoute and GrpcRoute policies. Without a route for an upstream: one rule that passes everything through.</summary>
internal sealed class HttpRouteCompiler
{
    private readonly OutboundEntries<RouteSaid> _http = new();
    private readonly OutboundEntries<RouteSaid> _grpc = new();
    private readonly Dictionary<ImmutableArray<Layer<RouteSaid>>, ImmutableArray<Layer<RouteSaid>>> _heard = [];

    public HttpRouteCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<HttpRoutePolicy>())
        {
            _http.Add(policy, policy.To.Select((item, i) => (item.TargetRef, new RouteSaid(policy, item, i))));
        }

        foreach (var policy in policies.All.OfType<GrpcRoutePolicy>())
        {
            _grpc.Add(policy, policy.To.Select((item, i) => (item.TargetRef, new RouteSaid(policy, item.ToHttp(), i, item))));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal rules where no rule names backends, for those depend on the caller's edges too.</summary>
    public ImmutableArray<Layer<RouteSaid>> Said(Service caller, Upstream upstream)
    {
        // Of several kinds of routes for one port only the most specific is heard (GEP-1426, Route types).
        var layers = upstream.Protocol.IsHttp2() ? _grpc.For(caller, upstream) : [];
        return Heard(layers.IsEmpty ? _http.For(caller, upstream) : layers);
    }

    /// <summary>The rules in the order in which they are tried; what they say nothing of is as the template has it.</summary>
    public ImmutableArray<RouteRule> Compile(Service caller, Upstream upstream, RouteRule template, RouteBackends backends, List<AppliedSetting> applied)
    {
        var layers = Said(caller, upstream);
        if (layers.IsEmpty)
        {
            return [template with { Name = "default", Action = new ForwardAction { Backends = backends.Only(upstream) } }];
        }

        var rules = ImmutableArray.CreateBuilder<RouteRule>();
        foreach (var alternatives in Alternatives(layers))
        {
            var rule = RouteRuleCompiler.Compile(alternatives, upstream, template, backends);
            rules.Add(rule);
            applied.Add(new AppliedSetting(upstream.ListenerName, $"route.{rule.Name}", RouteRuleCompiler.Show(rule), rule.Origin) { Overruled = Overruled(alternatives) });
        }

        return rules.DrainToImmutable();
    }

    // Routes of a caller's own namespace for a service of another one take the place of that one's routes (GEP-1426, Multiple routes for a Service); the system's stand beside both.
    private ImmutableArray<Layer<RouteSaid>> Heard(ImmutableArray<Layer<RouteSaid>> layers)
    {
        if (!layers.Any(l => l.Rank.Role == PolicyRole.Owner) || !layers.Any(l => l.Rank.Role == PolicyRole.Producer))
        {
            return layers;
        }

        return _heard.TryGetValue(layers, out var heard) ? heard : _heard[layers] = [.. layers.Where(l => l.Rank.Role != PolicyRole.Producer)];
    }

    // Rules of several policies for the very same requests are one rule, the policy to hear first in front. Within a policy the first rule counts.
    private static IEnumerable<ImmutableArray<RouteCandidate>> Alternatives(ImmutableArray<Layer<RouteSaid>> layers)
    {
        var candidates = new List<RouteCandidate>();
        foreach (var layer in layers.OrderByDescending(l => l.Rank with { Index = 0 }).ThenBy(l => l.Content.Index))
        {
            var (policy, item, index, grpc) = layer.Content;
            for (var r = 0; r < item.Rules.Length; r++)
            {
                var rule = item.Rules[r];
                var at = (Resources.DeclaredResource.SpecPath / "to")[index] / "rules";
                var matches = rule.Matches.IsEmpty ? [RouteMatch.Any] : rule.Matches;
                for (var m = 0; m < matches.Length; m++)
                {
                    var suffix = matches.Length > 1 ? $".matches[{m}]" : "";
                    var call = grpc is null ? null : rule.Matches.IsEmpty ? new GrpcRouteMatch() : grpc.Rules[r].Matches[m];
                    candidates.Add(new RouteCandidate(
                        policy, rule, matches[m] with { Path = CanonicalPath.Of(matches[m].Path) }, at[r], $"{policy.Key.QualifiedName}/{rule.Name ?? $"to[{index}].rules[{r}]"}{suffix}", call));
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
            .OrderBy(group => group[0], RoutePrecedence.Instance);
    }

    // Whoever says filters or backends of its own for requests of which somebody who is heard first says them already.
    private static ImmutableArray<OverruledSetting> Overruled(ImmutableArray<RouteCandidate> alternatives) => alternatives.Length == 1 ? [] :
    [
        .. alternatives.Select((c, i) => (Candidate: c, Before: alternatives.Take(i)))
            .Where(c => (c.Candidate.Rule.Filters is not null && c.Before.Any(b => b.Rule.Filters is not null)) || (c.Candidate.Rule.BackendRefs is not null && c.Before.Any(b => b.Rule.BackendRefs is not null)))
            .Select(c => new OverruledSetting(RouteText.Of(c.Candidate.Rule), c.Candidate.Policy.OriginAt(c.Candidate.At))),
    ];
}
