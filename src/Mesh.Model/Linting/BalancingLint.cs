using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Resources;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Linting;

/// <summary>Choices of replicas that their type does not know.</summary>
internal static class BalancingLint
{
    public static void Run(LintContext context, LintReport report)
    {
        LoadBalancingPolicy[] policies = [.. context.Policies.All.OfType<LoadBalancingPolicy>()];
        if (policies.Length == 0)
        {
            return; // nobody chose anything, and no default goes by a hash
        }

        Settings(context, policies, report);
        Hashes(context, report);
    }

    private static void Settings(LintContext context, LoadBalancingPolicy[] policies, LintReport report)
    {
        var kinds = context.Snapshots.Values.SelectMany(s => s.Clusters).Select(c => (c.Upstream, c.LoadBalancing.Kind)).Distinct().ToLookup(c => c.Upstream, c => c.Kind);
        foreach (var policy in policies)
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
    }

    private static void Hashes(LintContext context, LintReport report)
    {
        foreach (var snapshot in context.Snapshots.Values)
        {
            Cluster[] byHash = [.. snapshot.Clusters.Where(c => c.LoadBalancing.Kind.IsByHash())];
            if (byHash.Length == 0)
            {
                continue;
            }

            foreach (var forward in snapshot.RouteTables.SelectMany(t => t.Rules).Select(r => r.Action).OfType<ForwardAction>().Where(a => a.HashPolicies.IsEmpty))
            {
                if (Array.Find(byHash, c => forward.Backends.Any(b => b.Cluster == c.Name)) is { } cluster)
                {
                    report.Add(LintRules.NothingToHash, cluster.LoadBalancing.Origin, $"picks replicas of {cluster.Upstream} by hash ({cluster.LoadBalancing.Kind}), but says nothing to hash, so each request goes anywhere; add hashPolicies");
                }
            }
        }
    }
}
