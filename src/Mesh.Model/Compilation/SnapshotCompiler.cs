using System.Collections.Immutable;
using Mesh.Model.Linting;
using Mesh.Model.Policies;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>From what there is and how it shall behave to what every sidecar does: a pure function.</summary>
public static class SnapshotCompiler
{
    /// <summary>Compiles every service of the topology.</summary>
    /// <param name="topology">What there is.</param>
    /// <param name="policies">How it behaves; each of them valid on its own.</param>
    public static CompiledMesh Compile(MeshTopology topology, PolicySet policies)
    {
        var upstreams = new UpstreamIndex(topology);
        var permissions = PermissionCompiler.Compile(topology, policies);
        var proxies = new ProxyCompiler(topology, upstreams, permissions, policies);
        var snapshots = ImmutableSortedDictionary.CreateBuilder<ServiceId, ProxySnapshot>();
        var explanations = ImmutableSortedDictionary.CreateBuilder<ServiceId, ImmutableArray<AppliedSetting>>();
        foreach (var service in topology.Services.Values)
        {
            var (snapshot, applied) = proxies.Compile(service);
            snapshots.Add(service.Id, snapshot);
            explanations.Add(service.Id, applied);
        }

        var context = new LintContext(topology, policies, upstreams, permissions, snapshots.ToImmutable(), explanations.ToImmutable());
        return new CompiledMesh
        {
            Snapshots = context.Snapshots,
            Explanations = context.Explanations,
            Lint = () => MeshLint.Run(context, new ReferenceChecker(topology, upstreams, permissions).Check(policies)),
        };
    }
}
