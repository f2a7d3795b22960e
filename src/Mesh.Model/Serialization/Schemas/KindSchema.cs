using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A kind: its name, and how its spec is read and written.</summary>
internal abstract class KindSchema(string kind)
{
    public string Kind { get; } = kind;

    public abstract DeclaredResource Read(DocumentNode? spec, ResourceMetadata metadata, Origin origin, ISourceLines source, List<Violation> violations);

    public abstract ObjectNode WriteSpec(DeclaredResource resource);

    /// <summary>Whether documents of this kind say how calls are treated.</summary>
    public abstract bool IsPolicy { get; }

    /// <summary>Whether they send calls elsewhere.</summary>
    public abstract bool IsRoute { get; }

    /// <summary>The record that holds it.</summary>
    public abstract Type Record { get; }

    public abstract ObjectNode DescribeSpec();
}
