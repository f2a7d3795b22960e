using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Annotations;
using Mesh.Model.Topology;

namespace Aspire.Hosting;

/// <summary>What a resource is to the mesh. Said of an app without a mesh, it means nothing.</summary>
public static class MeshMemberExtensions
{
    /// <summary>Keeps a resource out of the mesh: it gets no sidecar. What it serves is called as without a mesh; what it calls refuses it unless <paramref name="mayCall"/>.</summary>
    /// <param name="resource">A project, an executable or a container; anything else is error MESH006 when the app starts.</param>
    /// <param name="mayCall">Whether its calls into the mesh pass, on a laptop, through front doors and without an identity. Default: no.</param>
    [AspireExport]
    public static IResourceBuilder<T> WithoutMesh<T>(this IResourceBuilder<T> resource, bool mayCall = false)
        where T : IResource => resource.WithAnnotation(new OutsideMeshAnnotation(mayCall), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Says what the app speaks at an endpoint, where its scheme and transport do not, such as gRPC.</summary>
    /// <param name="resource">The service.</param>
    /// <param name="endpoint">The endpoint's name; one that the resource has not got is error MESH007 when the app starts.</param>
    /// <param name="protocol">What is spoken. Default: what scheme and transport say: http, http2, https, else tcp.</param>
    [AspireExport]
    public static IResourceBuilder<T> WithMeshProtocol<T>(this IResourceBuilder<T> resource, string endpoint, MeshProtocol protocol)
        where T : IResourceWithEndpoints
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        return resource.WithAnnotation(new MeshProtocolAnnotation(endpoint, protocol switch
        {
            MeshProtocol.Http => AppProtocol.Http,
            MeshProtocol.Http2 => AppProtocol.Http2,
            MeshProtocol.Grpc => AppProtocol.Grpc,
            MeshProtocol.Tcp => AppProtocol.Tcp,
            MeshProtocol.Https => AppProtocol.Https,
            _ => throw new ArgumentOutOfRangeException(nameof(protocol), protocol, "Use a member of MeshProtocol."),
        }));
    }

    /// <summary>Says who the resource is in the mesh: the name in its certificate, <c>spiffe://trust-domain/ns/namespace/sa/name</c>, and in policies.</summary>
    /// <param name="resource">A project, an executable or a container; anything else is error MESH006 when the app starts.</param>
    /// <param name="name">Lower-case letters, digits and inner hyphens, at most 63. Default: the resource's name in lower case.</param>
    /// <param name="ns">Likewise. Default: the mesh's namespace.</param>
    [AspireExport]
    public static IResourceBuilder<T> WithMeshIdentity<T>(this IResourceBuilder<T> resource, string? name = null, string? ns = null)
        where T : IResource => resource.WithAnnotation(new MeshIdentityAnnotation(name, ns), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>
    /// Says that an environment variable goes to browsers, which have no sidecar: addresses in it are front doors, and it declares no call of the service.
    /// Variables with the prefixes of known tools, such as <c>VITE_</c> or <c>NEXT_PUBLIC_</c>, are taken so without being told.
    /// </summary>
    /// <param name="resource">The service that is given the variable.</param>
    /// <param name="variable">The variable's name, with case.</param>
    [AspireExport]
    public static IResourceBuilder<T> WithMeshBrowserVariable<T>(this IResourceBuilder<T> resource, string variable)
        where T : IResourceWithEnvironment
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        return resource.WithAnnotation(new BrowserVariableAnnotation(variable));
    }
}
