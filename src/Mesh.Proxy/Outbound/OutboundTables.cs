using System.Collections.Frozen;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Outbound;

/// <summary>What outbound requests are routed by: made once for each configuration, read by one reference.</summary>
internal sealed class OutboundTables
{
    private readonly ProxySnapshot _snapshot;

    private OutboundTables(
        ProxySnapshot snapshot,
        FrozenDictionary<string, OutboundListener> listeners,
        FrozenDictionary<string, OutboundListener> revoked,
        FrozenDictionary<string, CompiledRoutes> routes,
        FrozenDictionary<string, WeightedSplit> tcpSplits,
        FrozenDictionary<string, OutboundCluster> clusters,
        FrozenDictionary<string, CompiledAccessLogs>? accessLogs,
        FrozenDictionary<string, CompiledTelemetry>? telemetry)
    {
        _snapshot = snapshot;
        Listeners = listeners;
        Revoked = revoked;
        Routes = routes;
        TcpSplits = tcpSplits;
        Clusters = clusters;
        AccessLogs = accessLogs;
        Telemetry = telemetry;
    }

    /// <summary>The listeners by name.</summary>
    public FrozenDictionary<string, OutboundListener> Listeners { get; }

    /// <summary>The listeners of earlier configurations that this one does not have, as they last were, by name.</summary>
    public FrozenDictionary<string, OutboundListener> Revoked { get; }

    /// <summary>The route tables by the name of their listener.</summary>
    public FrozenDictionary<string, CompiledRoutes> Routes { get; }

    /// <summary>The backends of TCP listeners, by the listener's name.</summary>
    public FrozenDictionary<string, WeightedSplit> TcpSplits { get; }

    /// <summary>The clusters by name.</summary>
    public FrozenDictionary<string, OutboundCluster> Clusters { get; }

    /// <summary>What is written about requests, by the name of their listener; <see langword="null"/>: nothing at all.</summary>
    public FrozenDictionary<string, CompiledAccessLogs>? AccessLogs { get; }

    /// <summary>What policies say is told of requests, by the name of their listener; <see langword="null"/>: nothing at all.</summary>
    public FrozenDictionary<string, CompiledTelemetry>? Telemetry { get; }

    /// <summary>Makes the tables of a configuration. What did not change is taken over, with its counters and connections.</summary>
    public static OutboundTables Create(ProxyConfiguration configuration, OutboundTables? previous, ClusterRoom room)
    {
        var snapshot = configuration.Snapshot;
        var clusters = snapshot.Clusters.ToFrozenDictionary(
            c => c.Name,
            c => OutboundCluster.Create(c, configuration.Endpoints.GetValueOrDefault(c.Name), previous?.Clusters.GetValueOrDefault(c.Name), room));
        if (previous is not null && ReferenceEquals(previous._snapshot, snapshot))
        {
            return new OutboundTables(snapshot, previous.Listeners, previous.Revoked, previous.Routes, previous.TcpSplits, clusters, previous.AccessLogs, previous.Telemetry);
        }

        return new OutboundTables(
            snapshot,
            snapshot.Outbound.ToFrozenDictionary(l => l.Name),
            RevokedBy(snapshot, previous),
            snapshot.RouteTables.ToFrozenDictionary(t => t.Name, t => Compiled(t, previous)),
            snapshot.Outbound.Where(l => !l.TcpBackends.IsEmpty).ToFrozenDictionary(l => l.Name, l => Split(l, previous)),
            clusters,
            Logs(snapshot, previous?.AccessLogs, room.Kit.AccessLogs),
            Told(snapshot, room.Kit.Telemetry));
    }

    // A table that did not come anew is the same object: its splits and mirrors go on where they were, for with each one's first place again a share of one in ten would get
    // nothing while anything else keeps changing.
    private static CompiledRoutes Compiled(RouteTable table, OutboundTables? previous) =>
        previous?.Routes.GetValueOrDefault(table.Name) is { } known && ReferenceEquals(known.Table, table) ? known : new CompiledRoutes(table);

    private static WeightedSplit Split(OutboundListener listener, OutboundTables? previous) =>
        previous?.Listeners.GetValueOrDefault(listener.Name) is { } known && ReferenceEquals(known, listener) ? previous.TcpSplits[listener.Name] : new WeightedSplit(listener.TcpBackends);

    private static FrozenDictionary<string, CompiledTelemetry>? Told(ProxySnapshot snapshot, TelemetryRegistry registry)
    {
        var taken = registry.Take("outbound", snapshot.Outbound.Select(l => l.Telemetry));
        return taken.IsEmpty ? null : snapshot.Outbound.Where(l => l.Telemetry is not null).ToFrozenDictionary(l => l.Name, l => TelemetryRegistry.Find(taken, l.Telemetry)!);
    }

    private static FrozenDictionary<string, CompiledAccessLogs>? Logs(ProxySnapshot snapshot, FrozenDictionary<string, CompiledAccessLogs>? previous, AccessLogTargets targets) =>
        snapshot.Outbound.Any(l => !l.AccessLogs.IsEmpty)
            ? snapshot.Outbound.Where(l => !l.AccessLogs.IsEmpty).ToFrozenDictionary(l => l.Name, l => CompiledAccessLogs.Create(l.AccessLogs, previous?.GetValueOrDefault(l.Name), targets)!)
            : null;

    private static FrozenDictionary<string, OutboundListener> RevokedBy(ProxySnapshot snapshot, OutboundTables? previous)
    {
        var present = snapshot.Outbound.Select(l => l.Name).ToHashSet();
        return previous is null
            ? FrozenDictionary<string, OutboundListener>.Empty
            : previous.Listeners.Concat(previous.Revoked).Where(l => !present.Contains(l.Key)).ToFrozenDictionary();
    }

    /// <summary>Closes what the next tables do not have, once it has finished.</summary>
    public void GiveWayTo(OutboundTables next)
    {
        foreach (var (name, cluster) in Clusters)
        {
            cluster.WithdrawAllBut(next.Clusters.GetValueOrDefault(name));
        }
    }
}
