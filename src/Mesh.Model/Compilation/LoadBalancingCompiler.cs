using System.Collections.Immutable;
using Mesh.Model.Policies;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>The choice of replicas and of the wire, from LoadBalancing policies.</summary>
internal sealed class LoadBalancingCompiler
{
    private readonly OutboundEntries<LoadBalancingSettings> _entries = new();

    public LoadBalancingCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<LoadBalancingPolicy>())
        {
            _entries.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal choices.</summary>
    public ImmutableArray<Layer<LoadBalancingSettings>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var fold = new Fold<LoadBalancingSettings>(_entries.For(caller, upstream), $"cluster/{upstream.Port}", "loadBalancing", applied);
        var kind = fold.Take("type", s => s.Type, cluster.LoadBalancing.Kind);
        var choices = fold.Take("leastRequest.choiceCount", s => s.ChoiceCount, cluster.LoadBalancing.ChoiceCount);
        var origin = fold.Origin;
        return cluster with
        {
            LoadBalancing = new LoadBalancing(kind, choices) { Origin = origin },
            Wire = fold.Take("wire", s => s.Wire, cluster.Wire),
            Origins = [.. cluster.Origins, .. fold.Heard.Values],
        };
    }
}
