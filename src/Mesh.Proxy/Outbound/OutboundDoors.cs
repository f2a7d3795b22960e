using System.Net;
using System.Net.Sockets;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Outbound;

/// <summary>The loopback listeners by which the app calls others.</summary>
internal sealed partial class OutboundDoors(
    ProxySettings settings,
    OutboundListeners open,
    PlainHttp http,
    SecureHttp https,
    OutboundState state,
    OutboundForwarder forwarder,
    FaultInjector faults,
    IOutboundGuard guard,
    HopName hop,
    ProxyMetrics metrics,
    TimeProvider time,
    ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<OutboundDoors>();

    /// <summary>Puts a configuration in force.</summary>
    public void Apply(ProxyConfiguration configuration)
    {
        var before = state.Tables;
        var tables = state.Apply(configuration);
        open.Set.Apply([.. tables.Listeners.Values.Select(Plan).OfType<ListenerPlan>(), .. Promised(tables)]);
        foreach (var (name, listener) in tables.Revoked.Where(r => before?.Listeners.ContainsKey(r.Key) == true))
        {
            var ended = open.Set.AbortTunnels(name, "The edge was revoked.");
            Log.Revoked(_logger, hop.ServiceText, listener.Upstream.ToString(), listener.Origins.FirstOrDefault()?.ToString() ?? "its edge", ended);
        }
    }

    /// <summary>Where a listener listens; <see langword="null"/>: it is not open.</summary>
    public IPEndPoint? Find(PortRef upstream) => open.Set.Find(ResourceNames.Outbound(upstream));

    private ListenerPlan? Plan(OutboundListener listener)
    {
        if (Addresses.Find(settings, listener.Name, listener.ContainerPort, IPAddress.Loopback) is not { } address)
        {
            Log.NoAddress(_logger, listener.Name);
            return null;
        }

        return listener.Protocol switch
        {
            AppProtocol.Tcp => new ListenerPlan(listener.Name, address, "tcp", TcpAcceptor(listener)),
            AppProtocol.Https when https.IsPossible => new ListenerPlan(listener.Name, address, "https", HttpsAcceptor(listener)),
            _ => new ListenerPlan(listener.Name, address, "http", HttpAcceptor(listener)),
        };
    }

    // The app was given these addresses when it started: while no edge stands behind one, it answers why.
    private IEnumerable<ListenerPlan> Promised(OutboundTables tables)
    {
        foreach (var (name, address) in settings.Listeners)
        {
            if (tables.Listeners.ContainsKey(name) || ResourceNames.OutboundPort(name) is not { } upstream)
            {
                continue;
            }

            yield return tables.Revoked.TryGetValue(name, out var last) && Plan(last) is { } plan
                ? plan
                : new ListenerPlan(name, address, "revoked", RefusingAcceptor(new OutboundListener { Upstream = upstream, Protocol = AppProtocol.Http }));
        }
    }

    // After a restart nobody says what the app speaks there, so its first bytes have to.
    private Func<Socket, ConnectionSet, Task> RefusingAcceptor(OutboundListener listener)
    {
        return HttpAcceptor(listener, opaque: () =>
        {
            var failure = RevokedEdge.Failure(hop, listener.Upstream, state.Tables!);
            Log.Refused(_logger, failure.Entry.Code, listener.Upstream.ToString(), failure.Detail!, failure.Entry.Cure);
        });
    }

    private Func<Socket, ConnectionSet, Task> HttpAcceptor(OutboundListener listener, Action? opaque = null)
    {
        var handler = Handler(listener);
        return (socket, connections) => http.AcceptAsync(socket, connections, async connection =>
            new DownstreamConnection(connection, handler, await guard.JudgeAsync(connection), listener.Upstream.Port), opaque);
    }

    private Func<Socket, ConnectionSet, Task> HttpsAcceptor(OutboundListener listener)
    {
        var handler = Handler(listener);
        return (socket, connections) => https.AcceptAsync(socket, connections, async connection =>
            new DownstreamConnection(connection, handler, await guard.JudgeAsync(connection), listener.Upstream.Port) { IsSecure = true });
    }

    private OutboundHttp Handler(OutboundListener listener) => new(listener, state, forwarder, faults, hop, metrics, time, loggers.CreateLogger<OutboundHttp>());

    private Func<Socket, ConnectionSet, Task> TcpAcceptor(OutboundListener listener) =>
        new OutboundTcp(listener, state, forwarder.Kit, faults, guard, hop, metrics, loggers.CreateLogger<OutboundTcp>()).AcceptAsync;

    private static partial class Log
    {
        [LoggerMessage(3305, LogLevel.Warning, "{Caller} may not call {Callee} any more: {Origin} was removed. Its address stays open and answers why; {Tunnels} tunnels were closed.", EventName = nameof(Revoked))]
        public static partial void Revoked(ILogger logger, string caller, string callee, string origin, int tunnels);

        [LoggerMessage(3306, LogLevel.Information, "{Code}: a connection to {Callee} was closed: {Detail}. {Cure}", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string code, string callee, string detail, string cure);

        [LoggerMessage(3302, LogLevel.Error, "{Listener} has no address. Name one under listeners in the bootstrap file.", EventName = nameof(NoAddress))]
        public static partial void NoAddress(ILogger logger, string listener);
    }
}
