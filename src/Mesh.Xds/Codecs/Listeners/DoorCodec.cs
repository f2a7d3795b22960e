using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using ConcurrencyLimitRecord = Mesh.Model.Snapshots.ConcurrencyLimit;
using RouteActionMessage = Envoy.Config.Route.V3.RouteAction;
using RouteMatchMessage = Envoy.Config.Route.V3.RouteMatch;

namespace Mesh.Xds.Codecs;

/// <summary>The mesh door, whose chains are chosen by server name and ALPN, and the front doors.</summary>
internal static class DoorCodec
{
    private const string TimeoutOrigin = "timeout";
    private const string TlsOrigin = "tls";
    private const string TunnelAlpn = "mesh-tcp";

    private static readonly ImmutableArray<string> HttpAlpn = ["h2", "http/1.1"];

    /// <summary>What is offered and accepted between sidecars for a protocol.</summary>
    public static ImmutableArray<string> Alpn(AppProtocol protocol) => protocol.IsHttp() ? HttpAlpn : [TunnelAlpn];

    public static XdsResource EncodeMeshDoor(ImmutableArray<InboundPort> ports) => XdsResource.From(TypeUrls.Listener, ResourceNames.MeshDoor, EncodeMeshDoorMessage(ports));

    /// <summary>The message; it has a chain for each port, in their order.</summary>
    public static Listener EncodeMeshDoorMessage(ImmutableArray<InboundPort> ports)
    {
        var listener = new Listener { Name = ResourceNames.MeshDoor, TrafficDirection = TrafficDirection.Inbound };
        listener.FilterChains.AddRange(ports.Select(Encode));
        return listener;
    }

    public static XdsResource Encode(FrontDoor door) => XdsResource.From(TypeUrls.Listener, door.Name, EncodeMessage(door));

    /// <summary>The message of a front door.</summary>
    public static Listener EncodeMessage(FrontDoor door)
    {
        var chain = Chain(door.Name, door.Port, door.Protocol, door.External, door.Permissions, door.Timeouts, door.Limits, door.Concurrency, door.AccessLogs, door.Telemetry, door.Permissive);
        chain.Metadata.WithOrigin(TlsOrigin, door.PermissiveOrigin);
        return new()
        {
            Name = door.Name,
            TrafficDirection = TrafficDirection.Inbound,
            Address = ListenerAddressCodec.Encode(IPAddress.Any, door.ContainerPort),
            FilterChains = { chain },
        };
    }

    public static ImmutableArray<InboundPort> DecodeMeshDoor(Listener listener) =>
        [.. listener.FilterChains.Select((chain, index) => DecodePort(chain, $"filter_chains[{index}]"))];

    public static FrontDoor DecodeFrontDoor(Listener listener)
    {
        var chain = listener.FilterChains is [var only] ? only : throw new ResourceRefusedException("filter_chains: not exactly one");
        var settings = chain.Metadata.Settings<DoorSettings>("filter_chains[0]");
        var door = new FrontDoor
        {
            Port = ValueCodec.DecodePort(settings.Port, "metadata.port"),
            Protocol = ValueCodec.Decode(settings.Protocol, "metadata.protocol"),
            Permissions = DoorPermissionCodec.Decode(chain, "filter_chains[0]"),
            Timeouts = DecodeTimeouts(chain, settings, "filter_chains[0]"),
            Limits = DecodeLimits(chain, settings, "filter_chains[0]"),
            Concurrency = ConcurrencyCodec.Decode(settings, "filter_chains[0]"),
            AccessLogs = DecodeLogs(chain, settings, "filter_chains[0]"),
            Telemetry = DecodeTelemetry(chain, settings, "filter_chains[0]"),
            External = settings.External,
            Permissive = settings.Permissive,
            PermissiveOrigin = chain.Metadata.Origin(TlsOrigin),
            ContainerPort = ListenerAddressCodec.Decode(listener.Address),
        };
        return door.Name == listener.Name ? door : throw new ResourceRefusedException($"name: '{listener.Name}' is not that of the front door of {settings.Port}");
    }

    private static FilterChain Encode(InboundPort port)
    {
        var chain = Chain($"{ResourceNames.MeshDoor}/{port.Port.Port}", port.Port, port.Protocol, external: false, port.Permissions, port.Timeouts, port.Limits, port.Concurrency, port.AccessLogs, port.Telemetry);
        chain.FilterChainMatch = new FilterChainMatch { ServerNames = { port.ServerName }, ApplicationProtocols = { Alpn(port.Protocol) } };
        chain.TransportSocket = TlsCodec.EncodeDoor(Alpn(port.Protocol), port.Tls);
        chain.Metadata.WithOrigin(TlsOrigin, port.Tls.Origin);
        return chain;
    }

    private static InboundPort DecodePort(FilterChain chain, string where)
    {
        var settings = chain.Metadata.Settings<DoorSettings>(where);
        var tls = TlsCodec.DecodeDoor(chain.TransportSocket, where);
        var port = new InboundPort
        {
            Port = ValueCodec.DecodePort(settings.Port, $"{where}.metadata.port"),
            Protocol = ValueCodec.Decode(settings.Protocol, $"{where}.metadata.protocol"),
            Permissions = DoorPermissionCodec.Decode(chain, where),
            Timeouts = DecodeTimeouts(chain, settings, where),
            Limits = DecodeLimits(chain, settings, where),
            Concurrency = ConcurrencyCodec.Decode(settings, where),
            AccessLogs = DecodeLogs(chain, settings, where),
            Telemetry = DecodeTelemetry(chain, settings, where),
            Tls = tls with { Origin = chain.Metadata.Origin(TlsOrigin) },
        };
        return chain.FilterChainMatch?.ServerNames is [var name] && name == port.ServerName
            ? port
            : throw new ResourceRefusedException($"{where}.filter_chain_match.server_names: not just {port.ServerName}");
    }

    private static FilterChain Chain(
        string name, PortRef port, AppProtocol protocol, bool external, PermissionSet permissions, InboundTimeouts timeouts, InboundLimits limits,
        ImmutableArray<ConcurrencyLimitRecord> concurrency, ImmutableArray<AccessLog> logs, HopTelemetry? telemetry, bool permissive = false)
    {
        var settings = new DoorSettings
        {
            Port = port.ToString(),
            Protocol = ValueCodec.Encode(protocol),
            External = external,
            Permissive = permissive,
            AppConnectTimeout = Duration.FromTimeSpan(timeouts.Connect),
            CallerTimeouts = { timeouts.ForCallers.Select(TimeoutCodec.Encode) },
            TokenStaleLimits = { permissions.TokenProviders.ToDictionary(provider => provider.Name, provider => Duration.FromTimeSpan(provider.StaleLimit)) },
            AccessLogCallers = { AccessLogCodec.Callers(logs) },
            ConcurrencyLimits = { concurrency.Select(ConcurrencyCodec.Encode) },
        };
        var chain = new FilterChain { Name = name, Metadata = new Metadata().WithOrigin(TimeoutOrigin, timeouts.Origin) };
        var app = ResourceNames.Local(port.Port);
        if (protocol.IsHttp())
        {
            var manager = FilterChainCodec.Manager(name, protocol, [.. DoorPermissionCodec.EncodeHttp(permissions), .. RateLimitCodec.Filters(limits)]);
            manager.CommonHttpProtocolOptions = new() { IdleTimeout = ValueCodec.OrZero(timeouts.Idle), MaxConnectionDuration = ValueCodec.OrAbsent(timeouts.MaxConnectionDuration) };
            manager.AccessLog.AddRange(AccessLogCodec.Encode(logs));
            settings.Telemetry = TelemetryCodec.Encode(telemetry, manager);
            manager.RequestHeadersTimeout = ValueCodec.OrAbsent(timeouts.RequestHeaders);
            manager.RouteConfig = RoutesTo(app, timeouts, limits);
            chain.Filters.Add(FilterChainCodec.Network(FilterChainCodec.HttpFilterName, manager));
        }
        else
        {
            chain.Filters.AddRange(DoorPermissionCodec.EncodeNetwork(name, permissions));
            chain.Filters.AddRange(RateLimitCodec.NetworkFilters(limits, chain, settings));
            chain.Filters.Add(FilterChainCodec.Network(
                FilterChainCodec.TcpFilterName,
                new TcpProxy { StatPrefix = name, Cluster = app, IdleTimeout = ValueCodec.OrZero(timeouts.Idle), MaxDownstreamConnectionDuration = ValueCodec.OrAbsent(timeouts.MaxConnectionDuration), AccessLog = { AccessLogCodec.Encode(logs) } }));
        }

        chain.Metadata.WithSettings(settings);
        return chain;
    }

    private static RouteConfiguration RoutesTo(string app, InboundTimeouts timeouts, InboundLimits limits)
    {
        var action = new RouteActionMessage { Cluster = app, Timeout = ValueCodec.OrZero(timeouts.Request), IdleTimeout = ValueCodec.OrAbsent(timeouts.StreamIdle) };
        var route = new Route { Name = app, Match = new RouteMatchMessage { Prefix = "/" }, Route_ = action };
        return new() { Name = app, VirtualHosts = { new VirtualHost { Name = app, Domains = { "*" }, Routes = { RateLimitCodec.Routes(limits, action), route } } } };
    }

    private static HopTelemetry? DecodeTelemetry(FilterChain chain, DoorSettings settings, string where) =>
        settings.Protocol == PortProtocol.Tcp ? null : TelemetryCodec.Decode(settings.Telemetry, FilterChainCodec.Manager(chain, where), where);

    private static ImmutableArray<AccessLog> DecodeLogs(FilterChain chain, DoorSettings settings, string where) =>
        AccessLogCodec.Decode(settings.Protocol == PortProtocol.Tcp ? FilterChainCodec.Tunnel(chain, where).AccessLog : FilterChainCodec.Manager(chain, where).AccessLog, settings.AccessLogCallers, where);

    private static InboundLimits DecodeLimits(FilterChain chain, DoorSettings settings, string where)
    {
        if (settings.Protocol == PortProtocol.Tcp)
        {
            return RateLimitCodec.Decode(chain, settings, where) is { IsEmpty: false } connections ? new() { Connections = connections } : InboundLimits.None;
        }

        var host = FilterChainCodec.Manager(chain, where).RouteConfig?.VirtualHosts is [var only] ? only : throw new ResourceRefusedException($"{where}.route_config: not exactly one virtual host");
        return host.Routes.Count > 1 ? new() { Requests = RateLimitCodec.Decode(host.Routes.SkipLast(1), where) } : InboundLimits.None;
    }

    private static InboundTimeouts DecodeTimeouts(FilterChain chain, DoorSettings settings, string where)
    {
        var timeouts = new InboundTimeouts
        {
            Connect = ValueCodec.Required(settings.AppConnectTimeout, $"{where}.metadata.app_connect_timeout"),
            Origin = chain.Metadata.Origin(TimeoutOrigin),
            ForCallers = [.. settings.CallerTimeouts.Select((entry, i) => TimeoutCodec.Decode(entry, $"{where}.metadata.caller_timeouts[{i}]"))],
        };
        if (settings.Protocol == PortProtocol.Tcp)
        {
            var tunnel = FilterChainCodec.Tunnel(chain, where);
            return timeouts with { Idle = ValueCodec.ZeroIsNone(tunnel.IdleTimeout), MaxConnectionDuration = ValueCodec.ZeroIsNone(tunnel.MaxDownstreamConnectionDuration) };
        }

        var manager = FilterChainCodec.Manager(chain, where);
        var action = manager.RouteConfig?.VirtualHosts is [{ Routes: [.., { Route_: { } rest }] }]
            ? rest
            : throw new ResourceRefusedException($"{where}.route_config: no route to the app");
        return timeouts with
        {
            Request = ValueCodec.ZeroIsNone(action.Timeout),
            Idle = ValueCodec.ZeroIsNone(manager.CommonHttpProtocolOptions?.IdleTimeout),
            StreamIdle = ValueCodec.ZeroIsNone(action.IdleTimeout),
            RequestHeaders = ValueCodec.ZeroIsNone(manager.RequestHeadersTimeout),
            MaxConnectionDuration = ValueCodec.ZeroIsNone(manager.CommonHttpProtocolOptions?.MaxConnectionDuration),
        };
    }
}
