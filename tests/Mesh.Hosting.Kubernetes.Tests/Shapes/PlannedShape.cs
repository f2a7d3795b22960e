using System.Text.RegularExpressions;
using Aspire.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Hosting.Tests.Models;
using Mesh.Model.Identity;
using Mesh.Model.Serialization;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Kubernetes.Tests.Shapes;

/// <summary>
/// The mesh of an app that runs on a laptop, without addresses, as lines. What is never published is left out: front doors that only the developer uses, and a project's
/// https endpoint beside its http one.
/// </summary>
internal static partial class PlannedShape
{
    public static async Task<SortedSet<string>> OfAsync(Action<IDistributedApplicationBuilder> compose)
    {
        MeshDeclarations? declarations = null;
        await using var app = await PlannedApp.CreateAsync(builder =>
        {
            compose(builder);
            declarations = MeshDeclarations.Of(builder);
        });
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var external = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workload in app.Running.Plan.Workloads)
        {
            var (name, replica) = (workload.Service.Id.Name, workload.Replicas[0]);
            var left = workload.Service.Ports.Where(p => p.Protocol == AppProtocol.Https && workload.Service.Ports.Any(o => o.Protocol == AppProtocol.Http)).Select(p => p.Name).ToHashSet();
            external.UnionWith(left.Select(p => $"{name}/{p}"));
            lines.Add($"{name}: {SpiffeId.ForService(app.Running.TrustDomain, workload.Service.Id)} x{workload.Replicas.Length}");
            foreach (var port in workload.Service.Ports.Where(p => !left.Contains(p.Name)))
            {
                lines.Add($"{name} serves {port.Name} {port.Protocol.ToWord()}");
                lines.Add($"{name} has its app at {port.Name}");
                // Published, an internal port has an address for plain text alone, which is closed unless it is permissive.
                lines.Add(port.External ? $"{name} has the front door {port.Name}" : $"{name} listens {ResourceNames.PlainDoor(port.Name)}");
            }

            foreach (var edge in workload.Service.Uses)
            {
                lines.Add($"{name} may call {edge.Callee}/{edge.Port}");
            }

            foreach (var listener in replica.Listeners.Keys.Where(l => !l.StartsWith(ResourceNames.FrontDoor(""), StringComparison.Ordinal)))
            {
                lines.Add($"{name} listens {listener}");
            }

            foreach (var (variable, value) in await app.EnvironmentAsync(app.Running.Reading.Workloads[workload.Service.Id].Name))
            {
                if (MeshShapes.Upstreams(FirstReplica().Replace(value ?? "", "$1"), replica.Listeners) is { } shape)
                {
                    lines.Add($"{name} reads {variable}={shape}");
                }
            }
        }

        var policies = new AppHostPolicies(new MeshIdentities("default"), app.Running.TrustDomain, r => app.Running.Reading.Workloads.Values.Contains(r));
        foreach (var policy in policies.Make(declarations!.Policies))
        {
            lines.Add($"{policy.Kind} {policy.Metadata.Name} says {MeshShapes.OneLine(ResourceWriter.Write(policy)["spec"]!)}");
        }

        Assert.Empty(policies.Errors);
        lines.RemoveWhere(l => external.Any(e => l.Contains(e, StringComparison.Ordinal)));
        return lines;
    }

    // What differs between replicas is a template that the orchestrator evaluates.
    [GeneratedRegex(@"\{\{ if eq .*?\}\}(\d+)\{\{ else.*?\{\{ end \}\}")]
    private static partial Regex FirstReplica();
}
