using System.Collections.Immutable;
using Mesh.Model;
using Mesh.Model.Planning;
using Mesh.Model.Resources;
using Mesh.Model.Topology;

namespace Mesh.Laptop.Files;

/// <summary>A plan's services and external services as documents in a directory that the control plane watches.</summary>
internal static class TopologyDocuments
{
    /// <summary>Writes what changed and removes what is gone.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="directory">Where; nobody else writes there.</param>
    public static void Write(MeshPlan plan, string directory) =>
        DocumentFolder.Write(directory, [.. plan.Workloads.Select(w => Resource(w.Service)), .. plan.ExternalServices.Select(Resource)]);

    /// <summary>The document that declares the service.</summary>
    public static ServiceResource Resource(Service service) => new()
    {
        Metadata = new ResourceMetadata
        {
            Name = service.Id.Name,
            Namespace = service.Id.Namespace,
            Labels = service.Labels,
            DeclaredAt = Places([
                (ResourceMetadata.Document, service.Origin),
                .. service.Ports.Select((p, i) => ($"spec.ports[{i}]", p.Origin)),
                .. service.Uses.Select((u, i) => ($"spec.uses[{i}]", u.Origin)),
            ]),
        },
        Origin = service.Origin,
        Ports = service.Ports,
        Uses = [.. service.Uses.Select(u => $"{u.Callee}/{u.Port ?? "*"}")],
    };

    /// <summary>The document that declares the external service.</summary>
    public static ExternalServiceResource Resource(ExternalService service) => new()
    {
        Metadata = new ResourceMetadata { Name = service.Id.Name, Namespace = service.Id.Namespace, DeclaredAt = Places([(ResourceMetadata.Document, service.Origin)]) },
        Origin = service.Origin,
        Ports = service.Ports,
    };

    // What people read in answers and on the status page is the line that they wrote, not this file's.
    private static ImmutableSortedDictionary<string, string> Places(IEnumerable<(string Path, Origin? Origin)> parts) => parts
        .Where(p => p.Origin?.Location is not null)
        .ToImmutableSortedDictionary(p => p.Path, p => p.Origin!.Location!, StringComparer.Ordinal);
}
