using System.Net.Security;
using System.Net.Sockets;
using Mesh.Model.Identity;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>Carries opaque connections that may pass to the app.</summary>
internal sealed partial class InboundTunnels(InboundState state, Gatekeeper gatekeeper, ProxyMetrics metrics, TrafficRecorder recorder, TimeProvider time, ILogger<InboundTunnels> logger)
{
    /// <summary>Takes a peer's tunnel to its end.</summary>
    /// <returns>Whether the socket was taken.</returns>
    public async ValueTask<bool> ServeAsync(Socket socket, WatchedStream network, SslStream tls, ServedPort port, SpiffeId caller, ConnectionSet connections)
    {
        await ServeAsync(new TunnelEnd(socket, tls, network), socket, port, caller, HopDirection.Inbound, connections);
        return true;
    }

    /// <summary>Takes a connection to its end.</summary>
    /// <param name="near">The caller's end; owned from here on.</param>
    /// <param name="socket">Its socket.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="caller">Who calls; <see langword="null"/>: somebody without an identity, who may pass.</param>
    /// <param name="direction">Through which kind of door.</param>
    /// <param name="connections">Where it is counted.</param>
    public async Task ServeAsync(TunnelEnd near, Socket socket, ServedPort port, SpiffeId? caller, HopDirection direction, ConnectionSet connections)
    {
        var name = CallerNames.Of(caller);
        var record = new TunnelRecord(direction, name, port.Callee, socket, time);
        Tunnel? tunnel = null;
        Gate? gate = null;
        ProxyError? error;
        try
        {
            if (!gatekeeper.Admit(port, caller?.Text, name))
            {
                near.Reset();
                error = ProxyError.PermissionDenied;
            }
            else if (!gatekeeper.Limit(port, caller?.Text, name))
            {
                near.Reset();
                error = ProxyError.RateLimited;
            }
            else if (port.Application is null)
            {
                near.Reset();
                error = ProxyError.AppUnreachable;
            }
            else if (!TryEnter(port, caller?.Text, out gate))
            {
                near.Reset();
                error = ProxyError.UpstreamOverflow;
            }
            else
            {
                record.Notes.Sent(port.Application.Address);
                var connection = await port.Application.ConnectAsync(ConnectionUse.Tunnel, CancellationToken.None);
                tunnel = new Tunnel(near, TunnelEnd.Of(connection));
                error = await RunAsync(new OpenTunnel(tunnel, port.Port.Port, caller?.Text, direction == HopDirection.FrontDoor), tunnel, port, connections);
            }
        }
        catch (UpstreamException e)
        {
            near.Reset();
            Log.NotConnected(logger, port.Callee, e.Message);
            error = e.Error;
        }
        catch (Exception e)
        {
            near.Reset();
            Log.Defect(logger, port.Callee, e);
            error = ProxyError.Internal;
        }
        finally
        {
            gate?.Leave();
        }

        if (recorder.Current is { } recording)
        {
            Seen.Connection(recording, port.Port.Port, caller, error != ProxyError.PermissionDenied);
        }

        // What is written about it is what is said when it ends: a connection may outlive many policies.
        record.Complete(metrics, tunnel, error, caller?.Text, (Latest(port.Port.Port, direction == HopDirection.FrontDoor) ?? port).AccessLogs);
    }

    private bool TryEnter(ServedPort port, string? caller, out Gate? entered)
    {
        entered = null;
        if (port.GateOf(caller) is not { } gate)
        {
            return true;
        }

        if (!gate.Tunnels.TryEnter())
        {
            Log.TooMany(logger, port.Callee, gate.Limit.Connections, gate.Policy);
            return false;
        }

        entered = gate.Tunnels;
        return true;
    }

    private async ValueTask<ProxyError?> RunAsync(OpenTunnel open, Tunnel tunnel, ServedPort port, ConnectionSet connections)
    {
        connections.Add(open);
        try
        {
            // From here on a revocation finds the tunnel; one that came while the app was connected to is caught here.
            if (Latest(open.Port, open.IsFrontDoor)?.Keeps(open.Caller) != true)
            {
                tunnel.Abort();
                return ProxyError.PermissionDenied;
            }

            return await tunnel.RunAsync(port.Timeouts.For(open.Caller).Idle, port.Timeouts.MaxConnectionDuration, time) || tunnel.IsTooOld ? null : ProxyError.UpstreamReset;
        }
        finally
        {
            connections.Remove(open);
        }
    }

    private ServedPort? Latest(string port, bool isFrontDoor) => (isFrontDoor ? state.Tables?.FrontByPort : state.Tables?.MeshByPort)?.GetValueOrDefault(port);

    private static partial class Log
    {
        [LoggerMessage(3216, LogLevel.Debug, "A connection to {Callee} was refused: {Limit} are open already (maxConnections of {Policy}).", EventName = nameof(TooMany))]
        public static partial void TooMany(ILogger logger, string callee, int? limit, string? policy);

        [LoggerMessage(3206, LogLevel.Warning, "A connection to {Callee} was dropped: {Reason}.", EventName = nameof(NotConnected))]
        public static partial void NotConnected(ILogger logger, string callee, string reason);

        [LoggerMessage(3207, LogLevel.Error, "A connection to {Callee} met a defect of this proxy.", EventName = nameof(Defect))]
        public static partial void Defect(ILogger logger, string callee, Exception error);
    }
}
