using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Model.Topology;
using Mesh.Yaml;

namespace Mesh.Hosting.Kubernetes;

/// <summary>The documents in the directory that the control plane watches in a run. Published, they are objects like those of the AppHost.</summary>
internal static class PolicyFiles
{
    /// <summary>Reads them; what is wrong with any is an error.</summary>
    public static IReadOnlyList<DeclaredResource> Read(PublishedMesh mesh)
    {
        if (mesh.Mesh.PoliciesDirectory is not { } directory)
        {
            return [];
        }

        var documents = new List<DeclaredResource>();
        var errors = new List<string>();
        foreach (var file in DocumentDirectory.Read(directory) ?? [])
        {
            var name = $"{Path.GetFileName(directory)}/{file.Path}";
            if (file.Text is null)
            {
                errors.Add($"{name} {file.Error}");
                continue;
            }

            var read = DocumentReader.Read(file.Text, name);
            errors.AddRange(read.Violations.Select(v => $"{name}:{v.Line}: {v}"));
            foreach (var result in read.Documents.Select(d => ResourceReader.Read(d with { Root = (ObjectNode)Released(d.Root, mesh) })))
            {
                errors.AddRange(result.Violations.Select(v => $"{name}:{v.Line}: {v}"));
                if (result.Resource is { } resource)
                {
                    documents.Add(Published(resource, mesh));
                }
            }
        }

        return errors.Count == 0 ? documents : throw MeshDiagnostics.Misused(errors);
    }

    // Whom a policy is about, and to whom it leads, may be said with a namespace as well.
    private static DocumentNode Released(DocumentNode node, PublishedMesh mesh) => node switch
    {
        ObjectNode o => o with
        {
            Members = [.. o.Members.Select(m => m with { Value = m is { Name: "namespace", Value: ScalarNode { Kind: ScalarKind.Text } ns } ? ns with { Text = Released(ns.Text, mesh) } : Released(m.Value, mesh) })],
        },
        ListNode l => l with { Items = [.. l.Items.Select(i => Released(i, mesh))] },
        _ => node,
    };

    private static string Released(string ns, PublishedMesh mesh) => ns == mesh.Mesh.Options.Namespace || ns == ServiceId.DefaultNamespace ? ChartText.Namespace : ns;

    // What the AppHost calls its namespace is the release's, and people are to find the file that they wrote.
    private static DeclaredResource Published(DeclaredResource resource, PublishedMesh mesh)
    {
        var metadata = resource.Metadata;
        return resource with
        {
            Metadata = metadata with
            {
                Namespace = Released(metadata.Namespace, mesh),
                DeclaredAt = resource.Origin.Location is { } place ? metadata.DeclaredAt.Add(ResourceMetadata.Document, place) : metadata.DeclaredAt,
            },
        };
    }
}
