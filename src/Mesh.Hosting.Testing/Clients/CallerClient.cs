using System.Net;
using Mesh.Hosting.Applying;
using Mesh.Model.Identity;
using Mesh.Model.Planning;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Testing.Clients;

/// <summary>Makes clients that call as one of the services.</summary>
internal static class CallerClient
{
    public static HttpClient Create(TestedMesh mesh, string caller, string callee, string endpoint)
    {
        var from = mesh.Workload(caller, nameof(caller));
        var to = mesh.Workload(callee, nameof(callee));
        var port = to.Service.Ports.FirstOrDefault(p => p.Name == MeshIdentities.PortName(endpoint))
            ?? throw new ArgumentException($"'{callee}' has no endpoint '{endpoint}' in the mesh; it has {string.Join(", ", to.Service.Ports.Select(p => p.Name))}.", nameof(endpoint));
        if (!port.Protocol.IsHttp())
        {
            throw new ArgumentException($"Endpoint '{endpoint}' of '{callee}' speaks {port.Protocol.ToWord()}, not HTTP: call it from inside the caller instead.", nameof(endpoint));
        }

        var target = new PortRef(to.Service.Id, port.Name);
        var replica = from.Replicas.FirstOrDefault(r => r.HasSidecar)
            ?? throw new ArgumentException($"'{caller}' has no sidecar, so it has no identity to call with.", nameof(caller));
        return replica.Listeners.TryGetValue(ResourceNames.Outbound(target), out var listener)
            ? ThroughItsSidecar(listener, port.Protocol)
            : StraightToTheDoor(mesh.Running.State.Sidecar(from.Service.Id, replica.Name), mesh.Running.TrustDomain, to, target, port.Protocol);
    }

    // The test's process belongs to no service, and such processes may use any sidecar's listeners: the developer's tools do.
    private static HttpClient ThroughItsSidecar(string listener, AppProtocol protocol) => Client(
        new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false },
        new Uri($"{(protocol == AppProtocol.Https ? "https" : "http")}://localhost:{EndpointMover.PortOf(listener)}"),
        protocol);

    private static HttpClient StraightToTheDoor(string callersState, TrustDomain trustDomain, PlannedWorkload callee, PortRef target, AppProtocol protocol)
    {
        var door = callee.Replicas.First(r => r.HasSidecar).Listeners[ResourceNames.MeshDoor];
        var connector = new DoorConnector(callersState, trustDomain, target, IPEndPoint.Parse(door), protocol.IsHttp2());

        // The connection is secured below HTTP, so to the client it is plain.
        return Client(
            new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = (_, stop) => connector.ConnectAsync(stop) },
            new Uri($"http://{target.Service.Name}"),
            protocol);
    }

    private static HttpClient Client(SocketsHttpHandler handler, Uri address, AppProtocol protocol)
    {
        var client = new HttpClient(handler) { BaseAddress = address };
        if (protocol.IsHttp2())
        {
            (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        }

        return client;
    }
}
