using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>What of an app is published to one place, and what its endpoints become there.</summary>
/// <param name="place">The place's name, for people.</param>
/// <param name="members">The resources that are published to it.</param>
/// <param name="toldPorts">The endpoints whose app is told its port, so that it can be another one.</param>
internal sealed class PublishedScope(string place, IReadOnlySet<IResource> members, IReadOnlySet<EndpointAnnotation> toldPorts)
{
    /// <summary>The place's name, for people.</summary>
    public string Place => place;

    /// <summary>The resources that are published to it.</summary>
    public IReadOnlySet<IResource> Members => members;

    /// <summary>
    /// The endpoint by which another is reached. A project's https endpoint is not published where it has an http one, for containers have no certificate: TLS between
    /// services is the mesh's.
    /// </summary>
    public static EndpointAnnotation? StandsFor(IResource resource, string endpoint)
    {
        var all = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        var named = all.Find(e => string.Equals(e.Name, endpoint, StringComparison.OrdinalIgnoreCase));
        return resource is ProjectResource && named is { UriScheme: "https", TargetPort: null }
            ? all.Find(e => e.UriScheme == "http") ?? named
            : named;
    }

    /// <summary>Whether the app listens where it is told.</summary>
    public bool CanMove(EndpointAnnotation endpoint) => toldPorts.Contains(endpoint);

    /// <summary>The front door's port, and the app's where it insists on one.</summary>
    public (int? FrontDoor, int? App) Ports(IResource resource, EndpointAnnotation endpoint)
    {
        var declared = endpoint.TargetPort ?? (resource is ContainerResource ? endpoint.Port : null);
        return CanMove(endpoint) ? (declared, null) : (null, declared);
    }
}
