using System.Net;
using System.Net.Sockets;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Inbound;

/// <summary>The mesh door and the front doors.</summary>
internal sealed partial class InboundDoors(
    ProxySettings settings,
    InboundListeners open,
    PlainHttp http,
    SecureHttp https,
    HttpEngine engine,
    InboundState state,
    UpstreamKit kit,
    IFrontDoorGuard guard,
    HopName hop,
    ProxyMetrics metrics,
    TrafficRecorder recorder,
    ILoggerFactory loggers)
{
    // Where containers listen; see the port table in ARCHITECTURE.md.
    private const int ContainerMeshDoor = 15006;

    private readonly ILogger _logger = loggers.CreateLogger<InboundDoors>();
    private readonly Gatekeeper _gatekeeper = new(metrics, kit.Time, loggers.CreateLogger<Gatekeeper>());

    /// <summary>Puts a configuration in force: doors open and close, and what permissions no longer allow ends.</summary>
    public void Apply(ProxyConfiguration configuration)
    {
        var tables = state.Apply(configuration);
        var self = configuration.Snapshot.Identity;
        engine.BoundHeads(tables.MeshByPort.Values.Concat(tables.FrontByPort.Values).Min(port => port.Timeouts.RequestHeaders));
        var forwarder = new LocalForwarder(kit);
        var tunnels = new InboundTunnels(state, _gatekeeper, metrics, recorder, kit.Time, loggers.CreateLogger<InboundTunnels>());
        var plans = new List<ListenerPlan>();
        if (tables.MeshByPort.Count > 0)
        {
            var requests = new MeshDoorHttp(state, forwarder, _gatekeeper, self, hop, metrics, recorder, kit.Time, loggers.CreateLogger<MeshDoorHttp>());
            var door = new MeshDoor(state, kit, engine, requests, tunnels, loggers.CreateLogger<MeshDoor>());
            Add(plans, ResourceNames.MeshDoor, ResourceNames.MeshDoor, ContainerMeshDoor, "mesh", door.AcceptAsync);
        }

        foreach (var front in configuration.Snapshot.FrontDoors)
        {
            var requests = new FrontDoorHttp(state, guard, forwarder, _gatekeeper, self, hop, metrics, recorder, kit.Time, loggers.CreateLogger<FrontDoorHttp>());
            var (kind, acceptor) = front.Protocol switch
            {
                AppProtocol.Tcp => ("tcp", TcpAcceptor(front, tunnels)),
                AppProtocol.Https when https.IsPossible => ("https", HttpsAcceptor(front, requests)),
                _ => ("http", HttpAcceptor(front, requests)),
            };
            if (Addresses.Find(settings, front.Name, front.ContainerPort, IPAddress.Any) is { } address)
            {
                plans.Add(new ListenerPlan(front.Name, address, kind, acceptor));
            }
            else if (front.Permissive)
            {
                Add(plans, front.Name, ResourceNames.PlainDoor(front.Port.Port), null, kind, acceptor);
            }
            else if (front.External)
            {
                Log.NoAddress(_logger, front.Name);
            }
        }

        open.Set.Apply(plans);
        BreakOff(tables);
    }

    /// <summary>Notes what still runs when a recording ends: what began before it and outlives it would be in none.</summary>
    public void Sweep(TrafficRecording recording)
    {
        var tables = state.Tables;
        foreach (var connection in open.Set.Connections())
        {
            switch (connection)
            {
                case OpenTunnel tunnel:
                    Seen.Open(recording, tunnel);
                    break;

                case DownstreamConnection http:
                    foreach (var facts in http.Running().Where(facts => tables is not null && Find(tables, facts)?.Decide(facts).IsAllowed == true))
                    {
                        Seen.Open(recording, facts);
                    }

                    break;

                default:
                    break;
            }
        }
    }

    /// <summary>Where the mesh door listens; <see langword="null"/>: it does not.</summary>
    public IPEndPoint? FindMeshDoor() => open.Set.Find(ResourceNames.MeshDoor);

    /// <summary>Where a front door listens; <see langword="null"/>: it does not.</summary>
    public IPEndPoint? FindFrontDoor(string port) => open.Set.Find(ResourceNames.FrontDoor(port));

    private void Add(List<ListenerPlan> plans, string name, string addressName, int? containerPort, string kind, Func<Socket, ConnectionSet, Task> accept)
    {
        if (Addresses.Find(settings, addressName, containerPort, IPAddress.Any) is { } address)
        {
            plans.Add(new ListenerPlan(name, address, kind, accept));
        }
        else
        {
            Log.NoAddress(_logger, addressName);
        }
    }

    private Func<Socket, ConnectionSet, Task> HttpAcceptor(FrontDoor door, FrontDoorHttp requests) => (socket, connections) =>
        http.AcceptAsync(socket, connections, async connection =>
            new DownstreamConnection(connection, requests, await guard.JudgeAsync(connection), door.Port.Port));

    private Func<Socket, ConnectionSet, Task> HttpsAcceptor(FrontDoor door, FrontDoorHttp requests) => (socket, connections) =>
        https.AcceptAsync(socket, connections, async connection =>
            new DownstreamConnection(connection, requests, await guard.JudgeAsync(connection), door.Port.Port) { IsSecure = true });

    private Func<Socket, ConnectionSet, Task> TcpAcceptor(FrontDoor door, InboundTunnels tunnels) => async (socket, connections) =>
    {
        var near = TunnelEnd.Plain(socket);
        var context = new DefaultConnectionContext { LocalEndPoint = socket.LocalEndPoint, RemoteEndPoint = socket.RemoteEndPoint };
        var verdict = await guard.JudgeAsync(context);
        var port = state.Tables?.FrontByPort.GetValueOrDefault(door.Port.Port);
        if (port is null || verdict.IsRefused || (verdict.Identity is null && !port.TakesStrangers))
        {
            Log.Refused(_logger, door.Name, verdict.Refusal ?? "the caller has no identity");
            near.Reset();
            return;
        }

        await tunnels.ServeAsync(near, socket, port, verdict.Identity, HopDirection.FrontDoor, connections);
    };

    // A permission is asked at each request; what lasts longer than a request is asked again when permissions change.
    private void BreakOff(InboundTables tables)
    {
        foreach (var connection in open.Set.Connections())
        {
            switch (connection)
            {
                case OpenTunnel tunnel when !IsAllowed(tables, tunnel):
                    Log.Revoked(_logger, tunnel.Caller ?? "somebody without an identity", tunnel.Port);
                    tunnel.Abort("Its permission was revoked.");
                    break;

                case DownstreamConnection http:
                    http.BreakOff((facts, isStream) => Find(tables, facts)?.Keeps(facts, isStream) == true);
                    break;

                default:
                    break;
            }
        }
    }

    private static bool IsAllowed(InboundTables tables, OpenTunnel tunnel) =>
        (tunnel.IsFrontDoor ? tables.FrontByPort : tables.MeshByPort).GetValueOrDefault(tunnel.Port)?.Keeps(tunnel.Caller) == true;

    private static ServedPort? Find(InboundTables tables, RequestFacts facts) => (facts.IsFrontDoor ? tables.FrontByPort : tables.MeshByPort).GetValueOrDefault(facts.Port);

    private static partial class Log
    {
        [LoggerMessage(3208, LogLevel.Error, "{Listener} has no address. Name one under listeners in the bootstrap file.", EventName = nameof(NoAddress))]
        public static partial void NoAddress(ILogger logger, string listener);

        [LoggerMessage(3209, LogLevel.Information, "A connection was refused at {Listener}: {Reason}.", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string listener, string reason);

        [LoggerMessage(3210, LogLevel.Warning, "The tunnel of {Caller} to port {Port} was closed: its permission was revoked.", EventName = nameof(Revoked))]
        public static partial void Revoked(ILogger logger, string caller, string port);
    }
}
