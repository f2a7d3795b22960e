using Mesh.Model.Resources;
using Mesh.Model.Serialization.Schemas;

namespace Mesh.Model.Serialization;

/// <summary>Writes resources as documents: fields in the order of the schema, defaults left out.</summary>
public static class ResourceWriter
{
    /// <summary>The document, for <see cref="JsonDocumentWriter"/> or the YAML writer.</summary>
    public static ObjectNode Write(DeclaredResource resource) => new(
    [
        new DocumentMember("apiVersion", ScalarNode.Of(DeclaredResource.ApiVersion)),
        new DocumentMember("kind", ScalarNode.Of(resource.Kind)),
        new DocumentMember("metadata", ResourceReader.WriteMetadata(resource.Metadata)),
        new DocumentMember("spec", Kinds.All.Single(k => k.Kind == resource.Kind).WriteSpec(resource)),
    ]);
}
