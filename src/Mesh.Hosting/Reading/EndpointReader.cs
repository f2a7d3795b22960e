using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Annotations;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Reading;

/// <summary>One endpoint of a resource as the planner wants it.</summary>
internal static class EndpointReader
{
    /// <summary>Reads it; what cannot go through sidecars carries the reason.</summary>
    public static EndpointDescription Read(IResource resource, EndpointAnnotation endpoint, Declaration at, PublishedScope? published = null)
    {
        var skipReason = SkipReason(resource, endpoint);
        // TCP and UDP number their ports apart.
        var (frontDoor, app) = endpoint.Protocol != ProtocolType.Tcp ? (null, null)
            : published?.Ports(resource, endpoint) ?? (skipReason is null ? Ports(resource, endpoint) : OwnPorts(resource, endpoint));
        return new EndpointDescription
        {
            Name = MeshIdentities.PortName(endpoint.Name),
            Protocol = Protocol(resource, endpoint) is var spoken && spoken == AppProtocol.Https && published is not null && resource is ProjectResource ? AppProtocol.Http : spoken,
            FrontDoorPort = frontDoor,
            AppPort = app,
            External = endpoint.IsExternal,
            SkipReason = skipReason,
            DeclaredAt = at with { Path = at.Path / endpoint.Name },
        };
    }

    /// <summary>Whether any process of the app speaks https.</summary>
    public static bool AnyHttps(DistributedApplicationModel model) => model.Resources.Where(AppModelReader.IsProcess)
        .Any(r => r.Annotations.OfType<EndpointAnnotation>().Any(e => Protocol(r, e) == AppProtocol.Https));

    private static AppProtocol Protocol(IResource resource, EndpointAnnotation endpoint)
    {
        var said = resource.Annotations.OfType<MeshProtocolAnnotation>().LastOrDefault(a => string.Equals(a.Endpoint, endpoint.Name, StringComparison.OrdinalIgnoreCase));
        return said?.Protocol ?? (endpoint.UriScheme.ToLowerInvariant(), endpoint.Transport.ToLowerInvariant()) switch
        {
            ("https", _) => AppProtocol.Https,
            ("http", "http2") => AppProtocol.Http2,
            ("http", _) => AppProtocol.Http,
            (_, "http2") => AppProtocol.Http2,
            _ => AppProtocol.Tcp,
        };
    }

    private static string? SkipReason(IResource resource, EndpointAnnotation endpoint)
    {
        if (endpoint.Protocol != ProtocolType.Tcp)
        {
            return $"it is {endpoint.Protocol.ToString().ToUpperInvariant()}, and sidecars carry TCP";
        }

        return Advertising(resource, endpoint) is { } protocol && AdvertisingProtocols.TryGetReason(protocol, out var reason) ? reason : null;
    }

    // By name: a reference to each integration's package would bring all of them into every AppHost.
    private static string? Advertising(IResource resource, EndpointAnnotation endpoint) => resource.GetType().Name switch
    {
        "KafkaServerResource" => "kafka",
        _ when endpoint.Name is "orleans-silo" or "orleans-gateway" => "orleans",
        _ => null,
    };

    // Nothing of it is moved, so only the port that others must not be given counts: Aspire's, or the app's where Aspire has none before it.
    private static (int? FrontDoor, int? App) OwnPorts(IResource resource, EndpointAnnotation endpoint) =>
        endpoint.Port is 0 ? (null, null) : !resource.IsContainer() && endpoint.IsExplicitlyProxied == false ? (null, endpoint.TargetPort ?? endpoint.Port) : (endpoint.Port, null);

    private static (int? FrontDoor, int? App) Ports(IResource resource, EndpointAnnotation endpoint)
    {
        var wanted = endpoint.Port is 0 ? null : endpoint.Port;
        if (resource.IsContainer())
        {
            // TargetPort is the port inside the container; on the host the mesh gives it one.
            return (wanted, null);
        }

        if (endpoint.IsExplicitlyProxied == false)
        {
            // The app listens on that very port, whatever it is told: the front door has to be another.
            return (null, endpoint.TargetPort ?? wanted);
        }

        return (wanted == endpoint.TargetPort ? null : wanted, endpoint.TargetPort);
    }
}
