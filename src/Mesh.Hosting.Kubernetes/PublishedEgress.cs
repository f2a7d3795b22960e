using System.Net;
using Mesh.Hosting.Publishing;
using Mesh.Hosting.Reading;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Kubernetes;

/// <summary>What of a workload leaves the mesh, as the AppHost declares it.</summary>
internal static class PublishedEgress
{
    /// <summary>The Secrets that its sidecar needs.</summary>
    public static IEnumerable<string> Secrets(PublishedMesh mesh, PlannedWorkload workload) =>
        Called(mesh, workload).SelectMany(e => e.Service.Ports).Select(p => p.Tls).SelectMany(tls => tls?.Secrets ?? []).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Where its pods connect to beside the mesh.</summary>
    public static IEnumerable<EgressRule> Rules(PublishedMesh mesh, PlannedWorkload workload, string? dashboard)
    {
        if (dashboard is not null)
        {
            yield return new EgressRule { Component = dashboard };
        }

        foreach (var (id, service) in Called(mesh, workload))
        {
            var cidrs = ExternalServices.Egress(mesh.Reading.Externals[id])!.Egress.Cidrs ?? [];
            foreach (var port in service.Ports)
            {
                yield return new EgressRule { Cidrs = cidrs.Count > 0 ? [.. cidrs] : IPAddress.TryParse(port.Host, out var ip) ? [$"{ip}/{(ip.GetAddressBytes().Length * 8)}"] : [], Port = port.Port };
            }
        }

        // What has no sidecar is called directly.
        foreach (var callee in mesh.Plan.Edges.Where(e => e.Caller == workload.Service.Id && e.Outcome is EdgeOutcome.Skipped or EdgeOutcome.Plain).Select(e => e.Callee.Name).Distinct().Order(StringComparer.Ordinal))
        {
            yield return new EgressRule { Component = callee };
        }
    }

    private static IEnumerable<(ServiceId Id, ExternalService Service)> Called(PublishedMesh mesh, PlannedWorkload workload) => mesh.Plan.Edges
        .Where(e => e.Outcome == EdgeOutcome.Meshed && e.Caller == workload.Service.Id && mesh.Reading.Externals.ContainsKey(e.Callee))
        .Select(e => e.Callee).Distinct().Order()
        .Select(id => (id, mesh.Plan.ExternalServices.Single(s => s.Id == id)));
}
