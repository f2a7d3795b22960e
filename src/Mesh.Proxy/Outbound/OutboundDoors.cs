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

namespace Mesh.Proxy.Outbound;

/// <summary>The loopback listeners by which the app calls others.</summary>
internal sealed partial class OutboundDoors(
    ProxySettings settings,
    OutboundListeners open,
    PlainHttp http,
    OutboundState state,
    OutboundForwarder forwarder,
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
        var tables = state.Apply(configuration);
        open.Set.Apply([.. tables.Listeners.Values.Select(Plan).OfType<ListenerPlan>()]);
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

        return new ListenerPlan(listener.Name, address, listener.Protocol.IsHttp() ? "http" : "tcp", listener.Protocol.IsHttp() ? HttpAcceptor(listener) : TcpAcceptor(listener));
    }

    private Func<Socket, ConnectionSet, Task> HttpAcceptor(OutboundListener listener)
    {
        var handler = new OutboundHttp(listener, state, forwarder, hop, metrics, time, loggers.CreateLogger<OutboundHttp>());
        return (socket, connections) => http.AcceptAsync(socket, connections, async connection =>
            new DownstreamConnection(connection, handler, await guard.JudgeAsync(connection), listener.Upstream.Port));
    }

    private Func<Socket, ConnectionSet, Task> TcpAcceptor(OutboundListener listener) =>
        new OutboundTcp(listener, state, forwarder.Kit, guard, hop, metrics, loggers.CreateLogger<OutboundTcp>()).AcceptAsync;

    private static partial class Log
    {
        [LoggerMessage(3302, LogLevel.Error, "{Listener} has no address. Name one under listeners in the bootstrap file.", EventName = nameof(NoAddress))]
        public static partial void NoAddress(ILogger logger, string listener);
    }
}
