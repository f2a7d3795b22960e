using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Diagnostics;

namespace Mesh.Hosting.Reading;

/// <summary>Calls on resources that cannot mean anything.</summary>
internal static class MisplacedCalls
{
    /// <summary>What is wrong, each with its id.</summary>
    /// <param name="model">The app model.</param>
    /// <param name="isPublished">Whether it is published; else it runs.</param>
    public static IEnumerable<string> In(DistributedApplicationModel model, bool isPublished)
    {
        foreach (var mistake in ExternalServices.In(model).SelectMany(e => ExternalServices.Mistakes(e, isPublished)))
        {
            yield return mistake;
        }

        foreach (var resource in model.Resources)
        {
            if (!AppModelReader.IsProcess(resource))
            {
                foreach (var call in Calls(resource))
                {
                    yield return MeshDiagnostics.NotAProcess(resource.Name, call);
                }
            }

            var endpoints = resource.Annotations.OfType<EndpointAnnotation>().Select(e => e.Name).ToList();
            foreach (var unknown in resource.Annotations.OfType<MeshProtocolAnnotation>().Where(p => !endpoints.Contains(p.Endpoint, StringComparer.OrdinalIgnoreCase)))
            {
                yield return MeshDiagnostics.NoSuchEndpoint(resource.Name, unknown.Endpoint, endpoints);
            }
        }
    }

    private static IEnumerable<string> Calls(IResource resource)
    {
        if (resource.Annotations.OfType<OutsideMeshAnnotation>().Any())
        {
            yield return nameof(MeshMemberExtensions.WithoutMesh);
        }

        if (resource.Annotations.OfType<MeshIdentityAnnotation>().Any())
        {
            yield return nameof(MeshMemberExtensions.WithMeshIdentity);
        }
    }
}
