using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Linting;

/// <summary>Choices of replicas that their type does not know.</summary>
internal static class BalancingLint
{
    public static void Run(LintContext context, LintReport report)
    {
        var kinds = context.Snapshots.Values.SelectMany(s => s.Clusters).Select(c => (c.Upstream, c.LoadBalancing.Kind)).Distinct().ToLookup(c => c.Upstream, c => c.Kind);
        foreach (var policy in context.Policies.All.OfType<LoadBalancingPolicy>())
        {
            for (var i = 0; i < policy.To.Length; i++)
            {
                var settings = policy.To[i].Default;
                LoadBalancingKind[] meant = [.. context.Selected(policy.To[i].TargetRef, policy.Metadata.Namespace).SelectMany(u => kinds[u.Port]).Distinct()];
                var at = (DeclaredResource.SpecPath / "to")[i] / "default";
                foreach (var (field, isSaid, fits) in new (string, bool, Func<LoadBalancingKind, bool>)[]
                {
                    ("hashPolicies", settings.HashPolicies is not null, k => k.IsByHash()),
                    ("ringHash", settings.MinRingSize is not null || settings.MaxRingSize is not null, k => k == LoadBalancingKind.RingHash),
                    ("maglev", settings.TableSize is not null, k => k == LoadBalancingKind.Maglev),
                    ("leastRequest", settings.ChoiceCount is not null, k => k == LoadBalancingKind.LeastRequest),
                    ("peakEwma", settings.Decay is not null, k => k == LoadBalancingKind.PeakEwma),
                    ("slowStart", settings.SlowStartWindow is not null, k => k.HasSlowStart()),
                })
                {
                    if (isSaid && settings.Type is null && meant.Length > 0 && !Array.Exists(meant, k => fits(k)))
                    {
                        report.Add(LintRules.HashUnused, policy, at / field, $"means nothing where replicas are picked by {string.Join(" and ", meant)}; say the type that goes with it");
                    }
                }
            }
        }

        foreach (var (snapshot, rule) in context.Snapshots.Values.SelectMany(s => s.RouteTables.SelectMany(t => t.Rules).Select(r => (s, r))))
        {
            if (rule.Action is ForwardAction { HashPolicies.IsEmpty: true } forward
                && snapshot.Clusters.FirstOrDefault(c => forward.Backends.Any(b => b.Cluster == c.Name) && c.LoadBalancing.Kind.IsByHash()) is { } cluster)
            {
                report.Add(LintRules.NothingToHash, cluster.LoadBalancing.Origin, $"picks replicas of {cluster.Upstream} by hash ({cluster.LoadBalancing.Kind}), but says nothing to hash, so each request goes anywhere; add hashPolicies");
            }
        }
    }
}
