using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>What inbound requests are judged by: made once for each configuration, read by one reference.</summary>
internal sealed class InboundTables
{
    private readonly FrozenDictionary<string, ServedPort> _meshByServerName;
    private readonly ServedPort? _default;
    private readonly TokenBuckets _buckets;

    private InboundTables(
        FrozenDictionary<string, ServedPort> mesh, FrozenDictionary<string, ServedPort> byName, FrozenDictionary<string, ServedPort> front, FrozenDictionary<string, LocalApplication> applications, TokenBuckets buckets,
        CallerGates gates)
    {
        _meshByServerName = mesh;
        _default = DefaultPort.Of(mesh.Values, port => port.Protocol);
        MeshByPort = byName;
        FrontByPort = front;
        Applications = applications;
        _buckets = buckets;
        Gates = gates;
    }

    /// <summary>What bounds what is under way to the apps.</summary>
    public CallerGates Gates { get; }

    /// <summary>The ports behind the mesh door by name.</summary>
    public FrozenDictionary<string, ServedPort> MeshByPort { get; }

    /// <summary>The ports behind front doors by name.</summary>
    public FrozenDictionary<string, ServedPort> FrontByPort { get; }

    /// <summary>The app by port name.</summary>
    public FrozenDictionary<string, LocalApplication> Applications { get; }

    /// <summary>
    /// The port behind the mesh door that a TLS server name means. Proxyless clients send the name of their target, which may be a short one or, after a split, that of another
    /// service: those mean the default port. A name in this service's own form whose port there is not means none, for a sidecar that is behind must not reach another port.
    /// </summary>
    /// <returns><see langword="null"/>: the name means no port.</returns>
    public ServedPort? FindMesh(string serverName) =>
        _meshByServerName.TryGetValue(serverName, out var port) ? port
        : _default is null || serverName.Length == 0 || serverName.EndsWith(ResourceNames.ServerName(_default.Port with { Port = "" }), StringComparison.OrdinalIgnoreCase) ? null
        : _default;

    /// <summary>Makes the tables of a configuration; apps and permissions that did not change are taken over.</summary>
    public static InboundTables Create(ProxyConfiguration configuration, InboundTables? previous, ProxySettings settings, UpstreamKit kit, TokenVerifiers tokens)
    {
        var snapshot = configuration.Snapshot;
        var applications = new Dictionary<string, LocalApplication>();
        var gates = new CallerGates(previous?.Gates);
        foreach (var port in snapshot.Inbound)
        {
            AddApplication(applications, port.Port.Port, port.Protocol, port.Timeouts.Connect, gates.Of(port.Port.Port, port.Protocol, port.Concurrency), previous, settings, kit);
        }

        foreach (var door in snapshot.FrontDoors)
        {
            AddApplication(applications, door.Port.Port, door.Protocol, door.Timeouts.Connect, gates.Of(door.Port.Port, door.Protocol, door.Concurrency), previous, settings, kit);
        }

        var telemetry = kit.Telemetry.Take("inbound", snapshot.Inbound.Select(p => p.Telemetry).Concat(snapshot.FrontDoors.Select(d => d.Telemetry)));
        var buckets = new TokenBuckets(previous?._buckets, kit.Time);
        var inbound = snapshot.Inbound
            .Select(p => Served(p.Port, p.Protocol, Permissions(configuration.InboundPermissions, previous?.MeshByPort, p.Port.Port), p.Timeouts, isExternal: false) with
            {
                Limits = CompiledLimits.Create(p.Limits, p.Port.Port, previous?.MeshByPort.GetValueOrDefault(p.Port.Port)?.Limits, buckets),
                Gates = gates.Of(p.Port.Port, p.Protocol, p.Concurrency),
                AccessLogs = CompiledAccessLogs.Create(p.AccessLogs, previous?.MeshByPort.GetValueOrDefault(p.Port.Port)?.AccessLogs, kit.AccessLogs),
                Telemetry = TelemetryRegistry.Find(telemetry, p.Telemetry),
                Handshakes = HandshakeBounds.Of(p.Tls),
            })
            .ToList();
        var front = snapshot.FrontDoors
            .Select(d => Served(d.Port, d.Protocol, Permissions(configuration.FrontDoorPermissions, previous?.FrontByPort, d.Port.Port), d.Timeouts, d.External) with
            {
                Limits = CompiledLimits.Create(d.Limits, d.Port.Port, previous?.FrontByPort.GetValueOrDefault(d.Port.Port)?.Limits, buckets),
                Gates = gates.Of(d.Port.Port, d.Protocol, d.Concurrency),
                AccessLogs = CompiledAccessLogs.Create(d.AccessLogs, previous?.FrontByPort.GetValueOrDefault(d.Port.Port)?.AccessLogs, kit.AccessLogs),
                Permissive = d.Permissive ? d.PermissiveOrigin.ToString() : null,
                Telemetry = TelemetryRegistry.Find(telemetry, d.Telemetry),
            })
            .ToList();
        return new InboundTables(
            inbound.ToFrozenDictionary(p => ResourceNames.ServerName(p.Port)),
            inbound.ToFrozenDictionary(p => p.Port.Port),
            front.ToFrozenDictionary(p => p.Port.Port),
            applications.ToFrozenDictionary(),
            buckets,
            gates);

        ServedPort Served(PortRef port, AppProtocol protocol, CompiledPermissions permissions, InboundTimeouts timeouts, bool isExternal) =>
            new(port, protocol, permissions, timeouts, applications.GetValueOrDefault(port.Port), isExternal, tokens.Gate(permissions.Set));
    }

    private static CompiledPermissions Permissions(FrozenDictionary<string, PermissionSet> sets, FrozenDictionary<string, ServedPort>? previous, string port)
    {
        // A port without permissions: nobody.
        var set = sets.GetValueOrDefault(port, PermissionSet.Nobody);
        return previous?.GetValueOrDefault(port)?.Permissions is { } known && ReferenceEquals(known.Set, set) ? known : new CompiledPermissions(set);
    }

    private static void AddApplication(
        Dictionary<string, LocalApplication> applications, string port, AppProtocol protocol, TimeSpan connect, ImmutableArray<CallerGate> gates, InboundTables? previous, ProxySettings settings,
        UpstreamKit kit)
    {
        if (applications.ContainsKey(port) || !settings.Applications.TryGetValue(port, out var address))
        {
            return;
        }

        var bounds = gates.Select(gate => gate.Application).FirstOrDefault(bound => bound is not null);
        var known = previous?.Applications.GetValueOrDefault(port) is { } before && before.Protocol == protocol && before.Connect == connect && before.Address.Equals(address) ? before : null;
        applications.Add(port, known is not null && ReferenceEquals(known.Bounds, bounds) ? known : new LocalApplication(port, protocol, address, connect, kit, bounds, known));
    }
}
