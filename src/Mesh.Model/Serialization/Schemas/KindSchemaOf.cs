using Mesh.Model.Resources;
using Mesh.Model.Validation;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A kind by the record that holds it.</summary>
internal sealed class KindSchemaOf<T>(string kind, Func<ResourceMetadata, Origin, ISourceLines, T> create, ObjectSchema<T> spec) : KindSchema(kind)
    where T : DeclaredResource
{
    public override DeclaredResource Read(DocumentNode? node, ResourceMetadata metadata, Origin origin, ISourceLines source, List<Violation> violations)
    {
        var resource = create(metadata, origin, source);
        if (node is null)
        {
            violations.Add(new(DeclaredResource.SpecPath, "is missing; add it"));
            return resource;
        }

        return spec.ReadOnto(node, DeclaredResource.SpecPath, violations, resource);
    }

    public override ObjectNode WriteSpec(DeclaredResource resource) => spec.Write((T)resource);

    public override bool IsPolicy => typeof(T).IsAssignableTo(typeof(Policies.Policy));

    public override bool IsRoute => typeof(T).IsAssignableTo(typeof(Policies.HttpRoute.IRoutes));

    public override Type Record => typeof(T);

    public override ObjectNode DescribeSpec() => spec.Describe();
}
