using System.Collections.Immutable;
using System.Net.Sockets;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Outbound;

/// <summary>Carries the app's connections at one loopback listener to a replica of their backend.</summary>
internal sealed partial class OutboundTcp(
    OutboundListener listener, OutboundState state, UpstreamKit kit, FaultInjector faults, IOutboundGuard guard, HopName hop, ProxyMetrics metrics, ILogger<OutboundTcp> logger)
{
    private readonly string _name = listener.Name;
    private readonly string _callee = listener.Upstream.ToString();

    // All that a connection carries to be hashed by.
    private readonly ulong _source = KeyHash.Of($"{hop.ServiceText}#{hop.Replica}");

    /// <summary>Takes a connection; it owns the socket from here on.</summary>
    public async Task AcceptAsync(Socket socket, ConnectionSet connections)
    {
        var record = new TunnelRecord(HopDirection.Outbound, hop.ServiceText, _callee, socket, kit.Time);
        var logs = Logs();
        var near = TunnelEnd.Plain(socket);
        Failure? failure;
        Tunnel? tunnel = null;
        using var flow = new TunnelFlow(faults, _name, _callee, kit.Time);
        try
        {
            (var open, failure) = await OpenAsync(socket, record.Notes);
            if (open is null)
            {
                near.Reset();
            }
            else
            {
                var (connection, replica, gates) = open.Value;
                tunnel = new Tunnel(near, TunnelEnd.Of(connection), flow);
                flow.Abort = tunnel.Abort;
                flow.Open();
                try
                {
                    failure = await RunAsync(tunnel, connections, flow);
                }
                finally
                {
                    gates?.Close();
                    replica.Leave();
                }
            }
        }
        catch (Exception e)
        {
            near.Reset();
            Log.Defect(logger, _callee, e);
            failure = new Failure(ProxyError.Internal);
        }

        if (failure is not null)
        {
            Log.Failed(logger, failure.Entry.Code, _callee, failure.Detail, failure.Entry.Cure, failure.Policy ?? "no policy");
        }

        // What is written about it is what is said when it ends: a connection may outlive many policies.
        record.Complete(metrics, tunnel, failure?.Error, callerId: null, state.Tables?.Listeners.ContainsKey(_name) == true ? Logs() : logs);
    }

    private CompiledAccessLogs? Logs() => state.Tables?.AccessLogs?.GetValueOrDefault(_name);

    private async ValueTask<Failure?> RunAsync(Tunnel tunnel, ConnectionSet connections, TunnelFlow flow)
    {
        var open = new OpenTunnel(tunnel, listener.Upstream.Port, caller: null, isFrontDoor: false);
        connections.Add(open);
        try
        {
            var current = state.Tables?.Listeners.GetValueOrDefault(_name);
            return await tunnel.RunAsync(current?.IdleTimeout, current?.MaxConnectionDuration, kit.Time) || tunnel.IsTooOld ? null : flow.Broken ?? new Failure(ProxyError.UpstreamReset, Detail: $"the tunnel to {_callee} broke off");
        }
        finally
        {
            connections.Remove(open);
        }
    }

    private async ValueTask<(OpenedTunnel? Open, Failure? Failure)> OpenAsync(Socket socket, HopNotes notes)
    {
        var context = new DefaultConnectionContext { LocalEndPoint = socket.LocalEndPoint, RemoteEndPoint = socket.RemoteEndPoint };
        var verdict = await guard.JudgeAsync(context);
        if (verdict.IsRefused)
        {
            return (null, new Failure(ProxyError.OutboundRefused, Detail: verdict.Refusal));
        }

        if (state.Tables is not { } tables)
        {
            return (null, new Failure(ProxyError.NoConfiguration));
        }

        if (!tables.Listeners.TryGetValue(_name, out var current))
        {
            return (null, RevokedEdge.Failure(hop, listener.Upstream, tables));
        }

        if (!tables.TcpSplits.TryGetValue(_name, out var split))
        {
            return (null, new Failure(ProxyError.NoConfiguration));
        }

        if (split.Next() is not { } backend || tables.Clusters.GetValueOrDefault(backend.Cluster) is not { } cluster)
        {
            return (null, new Failure(ProxyError.BackendMissing));
        }

        return await ConnectAsync(cluster, Math.Max(1, current.MaxConnectAttempts), notes);
    }

    private async ValueTask<(OpenedTunnel? Open, Failure? Failure)> ConnectAsync(OutboundCluster cluster, int attempts, HopNotes notes)
    {
        ImmutableArray<UpstreamReplica> tried = [];
        Failure? failure = null;
        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            var svid = cluster.IsMesh ? kit.Identity.Current : null;
            if (cluster.IsMesh && svid is null)
            {
                return (null, new Failure(ProxyError.IdentityUnavailable));
            }

            if (cluster.Pick(tried, _source) is not { } replica)
            {
                return (null, new Failure(ProxyError.NoEndpoints, Detail: $"{cluster.Cluster.Name} has no replica that is ready"));
            }

            var gates = cluster.Breaker?.Connections;
            if (gates?.TryOpen(always: false) == false)
            {
                return (null, cluster.Breaker!.TooManyConnections(cluster.Cluster.Name));
            }

            replica.Enter();
            notes.Sent(replica.Address);
            try
            {
                var connection = await cluster.Connector(replica, svid).ConnectAsync(ConnectionUse.Tunnel, CancellationToken.None);
                cluster.Outliers?.Report(replica, AttemptOutcome.Success);
                return (new(connection, replica, gates), null);
            }
            catch (UpstreamException e)
            {
                gates?.Close();
                replica.Leave();
                cluster.Outliers?.Report(replica, AttemptOutcome.LocalFailure);
                cluster.NoteUnreachable(replica);
                failure = new Failure(e.Error, Detail: $"{cluster.Cluster.Name}, {replica.Name}: {e.Message}");
                tried = tried.Add(replica);
            }
        }

        return (null, failure);
    }

    private readonly record struct OpenedTunnel(UpstreamConnection Connection, UpstreamReplica Replica, ConnectionGates? Gates);

    private static partial class Log
    {
        [LoggerMessage(3303, LogLevel.Error, "A connection to {Callee} met a defect of this proxy.", EventName = nameof(Defect))]
        public static partial void Defect(ILogger logger, string callee, Exception error);

        [LoggerMessage(3304, LogLevel.Information, "{Code}: a connection to {Callee} ended: {Detail}. {Cure} Decided by {Policy}.", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, string code, string callee, string? detail, string cure, string policy);
    }
}
