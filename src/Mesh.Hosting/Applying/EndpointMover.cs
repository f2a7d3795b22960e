using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Planning;

namespace Mesh.Hosting.Applying;

/// <summary>Moves a service's endpoint behind its sidecar: the public port becomes the front door's, the app gets one of its own.</summary>
internal static class EndpointMover
{
    /// <summary>Before ports are given out: tells Aspire where the app itself will listen.</summary>
    public static void MoveApp(IResource resource, EndpointAnnotation endpoint, IReadOnlyList<int> appPorts)
    {
        if (resource.IsContainer())
        {
            // The port on the host; TargetPort is the one inside.
            endpoint.Port = appPorts[0];
            endpoint.IsProxied = false;
        }
        else if (appPorts.Count == 1)
        {
            endpoint.Port = appPorts[0];
            endpoint.TargetPort = appPorts[0];
            endpoint.IsProxied = false;
        }
        else
        {
            // Replicas need DCP's proxy in the model, or it refuses; nothing is sent there.
            endpoint.Port = null;
        }
    }

    /// <summary>Once ports are given out: what everybody outside the mesh sees of the endpoint is its front door.</summary>
    /// <returns>What DCP would have had the app listen on; with replicas it has to appear in their environment all the same.</returns>
    public static string? ShowFrontDoor(EndpointAnnotation endpoint, string frontDoor, IReadOnlyList<int> appPorts, bool isPlain)
    {
        if (endpoint.AllocatedEndpoint is not { } given || given.Port == PortOf(frontDoor))
        {
            return null; // it has no address yet, or it is the front door's already
        }

        var listensAt = appPorts.Count > 1 ? ReplicaTemplate.Port(appPorts) : given.TargetPortExpression;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(AsSpoken(endpoint, isPlain), given.Address, PortOf(frontDoor), given.BindingMode, listensAt, given.NetworkID);
        return given.TargetPortExpression;
    }

    /// <summary>The endpoint as its front door speaks. The app itself goes on speaking what it was declared to.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="isPlain">Whether the front door speaks plain HTTP where the endpoint is https.</param>
    public static EndpointAnnotation AsSpoken(EndpointAnnotation endpoint, bool isPlain) => !isPlain ? endpoint
        : new EndpointAnnotation(endpoint.Protocol, endpoint.DefaultNetworkID, "http", endpoint.Transport, endpoint.Name, endpoint.Port, endpoint.TargetPort, endpoint.IsExternal, endpoint.IsProxied)
        {
            TargetHost = endpoint.TargetHost,
        };

    /// <summary>The app's own port in each replica.</summary>
    public static IReadOnlyList<int> AppPorts(PlannedWorkload workload, string port) =>
        [.. workload.Replicas.Select(r => PortOf(r.Applications[port]))];

    /// <summary>The number behind the colon.</summary>
    public static int PortOf(string address) => int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
}
