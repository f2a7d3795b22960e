using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Reading;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// Finds the endpoints whose app is told where to listen, by its environment or arguments: only such an app can be put behind a sidecar on a port of its own. Projects are
/// always told, by <c>ASPNETCORE_URLS</c>.
/// </summary>
internal static class ToldPorts
{
    /// <summary>Finds them.</summary>
    public static async Task<HashSet<EndpointAnnotation>> FindAsync(IEnumerable<IResource> resources, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var told = new HashSet<EndpointAnnotation>();
        foreach (var resource in resources)
        {
            if (resource is ProjectResource)
            {
                told.UnionWith(resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https"));
            }

            var given = await new CallbackReader(execution).ReadAsync(resource, cancellationToken);
            foreach (var part in given.Values.SelectMany(v => ValueWalk.Parts(v.Value)).Where(p => p.Property == EndpointProperty.TargetPort && p.Endpoint.Resource.Name == resource.Name))
            {
                told.Add(part.Endpoint.EndpointAnnotation);
            }
        }

        return told;
    }
}
