using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.TcpRoute;

/// <summary>Backends of tcp ports, from TcpRoute policies: the one to hear first decides alone.</summary>
internal sealed class TcpRouteCompiler
{
    private readonly OutboundEntries<(TcpRoutePolicy Policy, TcpRouteItem Item)> _entries = new();

    public TcpRouteCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<TcpRoutePolicy>())
        {
            _entries.Add(policy, policy.To.Select(item => (item.TargetRef, (policy, item))));
        }
    }

    public ImmutableArray<WeightedCluster> Compile(Service caller, Upstream upstream, RouteBackends backends, List<AppliedSetting> applied)
    {
        if (_entries.For(caller, upstream) is not [.. var below, var layer])
        {
            return backends.Only(upstream);
        }

        var (policy, item) = layer.Content;
        var clusters = backends.Of(item.BackendRefs, upstream, policy.Metadata.Namespace);
        applied.Add(new AppliedSetting(ResourceNames.Outbound(upstream.Port), "route", string.Join(", ", clusters.Select(b => $"{b.Cluster} ({b.Weight})")), layer.Origin)
        {
            Overruled = [.. below.Reverse().Select(l => new OverruledSetting(RouteText.Of(l.Content.Item.BackendRefs), l.Origin))],
        });
        return clusters;
    }
}
