using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>Finds what a resource calls: the endpoints in its environment and arguments, wherever they are nested, and its references. Waiting for something is not calling it.</summary>
internal static class UsedEndpoints
{
    /// <summary>What the resource calls, each endpoint once.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="given">What it is given.</param>
    /// <param name="late">What callbacks made of addresses for it.</param>
    public static ImmutableArray<Use> Of(IResource resource, GivenValues given, LateValues? late)
    {
        // What browsers are given, they call themselves.
        var handed = given.Values.Where(v => !BrowserVariables.Contains(resource, v.Name)).SelectMany(v => ValueWalk.Endpoints(late?.Read(v.Name, v.Value) ?? v.Value));
        var referenced = resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Where(r => r.Type == "Reference" && r.Resource is ExternalServiceResource)
            .Select(r => new Use(r.Resource, null));
        return [.. handed.Concat(referenced).Where(u => u.Target != resource && !MeshParts.Contains(u.Target)).Distinct()];
    }
}
