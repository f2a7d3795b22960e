using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Topology;

namespace Mesh.Hosting;

/// <summary>Who the resources of an app are in the mesh.</summary>
/// <param name="namespace">The namespace of services that were given none.</param>
/// <param name="published">What stands for that namespace in a plan for a place where its name is only known later. <see langword="null"/>: its own name.</param>
internal sealed class MeshIdentities(string @namespace, string? published = null)
{
    /// <summary>The namespace of services that were given none.</summary>
    public string Namespace { get; } = published ?? @namespace;

    /// <summary>The resource's name and namespace: what <c>WithMeshIdentity</c> said, else its own name in the mesh's namespace.</summary>
    public ServiceId Of(IResource resource)
    {
        var given = resource.Annotations.OfType<Annotations.MeshIdentityAnnotation>().LastOrDefault();
        return new ServiceId(given?.Namespace is { } other && other != @namespace ? other : Namespace, given?.Name ?? resource.Name.ToLowerInvariant());
    }

    /// <summary>An endpoint's name in the mesh: lower-case, with hyphens.</summary>
    public static string PortName(string endpoint) => endpoint.ToLowerInvariant().Replace('_', '-');
}
