using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Policies.Targeting;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Linting;

/// <summary>What lint rules look at.</summary>
internal sealed record LintContext(
    MeshTopology Topology,
    PolicySet Policies,
    UpstreamIndex Upstreams,
    CompiledPermissions Permissions,
    ImmutableSortedDictionary<ServiceId, ProxySnapshot> Snapshots,
    ImmutableSortedDictionary<ServiceId, ImmutableArray<AppliedSetting>> Explanations)
{
    /// <summary>The ports that an entry's target may mean.</summary>
    public IEnumerable<Upstream> Selected(TargetRef target, string space)
    {
        var services = target.Name is { } name ? [new ServiceId(target.Namespace ?? space, name)] : Topology.Services.Keys.Concat(Topology.ExternalServices.Keys);
        return services.SelectMany(id => Upstreams.Of(id)).Where(u => target.Selects(u.Port.Service, u.Labels, space) && target.SelectsPort(u.Port.Port));
    }
}
