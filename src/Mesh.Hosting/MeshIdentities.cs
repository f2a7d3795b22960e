using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Topology;

namespace Mesh.Hosting;

/// <summary>Who the resources of an app are in the mesh.</summary>
internal sealed class MeshIdentities(string @namespace)
{
    /// <summary>The namespace of services that were given none.</summary>
    public string Namespace { get; } = @namespace;

    /// <summary>The resource's name and namespace: what <c>WithMeshIdentity</c> said, else its own name in the mesh's namespace.</summary>
    public ServiceId Of(IResource resource)
    {
        var given = resource.Annotations.OfType<Annotations.MeshIdentityAnnotation>().LastOrDefault();
        return new ServiceId(given?.Namespace ?? Namespace, given?.Name ?? resource.Name.ToLowerInvariant());
    }

    /// <summary>An endpoint's name in the mesh: lower-case, with hyphens.</summary>
    public static string PortName(string endpoint) => endpoint.ToLowerInvariant().Replace('_', '-');
}
