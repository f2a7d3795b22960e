using System.Text.Json.Nodes;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Kubernetes.Definitions;

/// <summary>A document as an object of the cluster.</summary>
public static class CustomObject
{
    /// <summary>The object. What Kubernetes has no place for in metadata is an annotation.</summary>
    /// <param name="resource">The document.</param>
    /// <param name="ns">The namespace; <see langword="null"/>: the document's own.</param>
    /// <param name="labels">Labels beside the document's own.</param>
    public static ObjectNode Write(DeclaredResource resource, string? ns = null, IReadOnlyDictionary<string, string>? labels = null)
    {
        var metadata = resource.Metadata;
        var declaredAt = metadata.DeclaredAt.IsEmpty ? null : new Dictionary<string, string>
        {
            [CustomResourceNames.DeclaredAtAnnotation] = new JsonObject(metadata.DeclaredAt.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))).ToJsonString(),
        };
        var all = metadata.Labels.ToDictionary();
        foreach (var (name, value) in labels ?? new Dictionary<string, string>())
        {
            all.TryAdd(name, value);
        }

        return Node.With(
            Manifest.Of(DeclaredResource.ApiVersion, resource.Kind, metadata.Name, ns ?? metadata.Namespace, all, declaredAt),
            ("spec", ResourceWriter.Write(resource)["spec"]!));
    }
}
