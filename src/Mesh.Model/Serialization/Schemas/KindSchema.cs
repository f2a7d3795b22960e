using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A kind: its name, and how its spec is read and written.</summary>
internal abstract class KindSchema(string kind)
{
    public string Kind { get; } = kind;

    public abstract MeshResource Read(DocumentNode? spec, ResourceMetadata metadata, Origin origin, ISourceLines source, List<Violation> violations);

    public abstract ObjectNode WriteSpec(MeshResource resource);
}
