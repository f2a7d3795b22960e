using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Policies.CircuitBreaker;
using Mesh.Model.Policies.HealthCheck;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Policies.Telemetry;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.Tls;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>Compiles the snapshot that all sidecars of one service share.</summary>
internal sealed class ProxyCompiler(MeshTopology topology, UpstreamIndex upstreams, CompiledPermissions permissions, PolicySet policies)
{
    /// <summary>What an edge is called that allows nothing by itself.</summary>
    public const string ReplacedEdge = "replacedEdge";

    private readonly TrustDomain _trustDomain = topology.TrustDomain;
    private readonly HttpRouteCompiler _httpRoutes = new(policies);
    private readonly TcpRouteCompiler _tcpRoutes = new(policies);
    private readonly TimeoutCompiler _timeouts = new(policies, topology.TrustDomain);
    private readonly RateLimitCompiler _rateLimits = new(policies, topology.TrustDomain);
    private readonly ConcurrencyCompiler _concurrency = new(policies, topology.TrustDomain);
    private readonly AccessLogCompiler _accessLogs = new(policies, topology.TrustDomain);
    private readonly TelemetryCompiler _telemetry = new(policies);
    private readonly RetryCompiler _retries = new(policies);
    private readonly LoadBalancingCompiler _loadBalancing = new(policies);
    private readonly CircuitBreakerCompiler _circuitBreakers = new(policies);
    private readonly HealthCheckCompiler _healthChecks = new(policies);
    private readonly TlsCompiler _tls = new(topology, policies);
    private readonly SharedParts<TableKey, RouteTable> _tables = new();
    private readonly SharedParts<ClusterKey, Cluster> _clusters = new();

    public (ProxySnapshot Snapshot, ImmutableArray<AppliedSetting> Applied) Compile(Service service)
    {
        var applied = new List<AppliedSetting>();
        var backends = new RouteBackends(upstreams, service);
        var listeners = ImmutableArray.CreateBuilder<OutboundListener>();
        var tables = ImmutableArray.CreateBuilder<RouteTable>();
        foreach (var (upstream, origins) in Called(service))
        {
            var listener = new OutboundListener
            {
                Upstream = upstream.Port,
                Protocol = upstream.Protocol,
                IsDefaultPort = upstreams.DefaultOf(upstream.Port.Service) == upstream,
                Origins = origins,
            };
            listener = listener with { AccessLogs = _accessLogs.Outbound(service, upstream, applied), Telemetry = _telemetry.Outbound(service, upstream, applied) };
            applied.AddRange(origins.Select(o => new AppliedSetting(upstream.ListenerName, "edge", upstream.Protocol.ToWord(), o)));
            if (upstream.Protocol.IsHttp())
            {
                listeners.Add(listener);
                tables.Add(Table(service, upstream, backends, applied));
            }
            else
            {
                listeners.Add(_timeouts.Tunnel(listener, service, upstream, applied) with
                {
                    TcpBackends = _tcpRoutes.Compile(service, upstream, backends, applied),
                    MaxConnectAttempts = _retries.ConnectAttempts(service, upstream, listener.MaxConnectAttempts, applied),
                });
            }
        }

        var snapshot = new ProxySnapshot
        {
            Identity = SpiffeId.ForService(_trustDomain, service.Id),
            Outbound = listeners.DrainToImmutable(),
            RouteTables = tables.DrainToImmutable(),
            Clusters = [.. backends.Needed.Select(u => Cluster(service, u, applied))],
            Inbound = [.. service.Ports.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => Inbound(service, p, applied))],
            FrontDoors = [],
        };
        return (snapshot with { FrontDoors = [.. snapshot.Inbound.Select(i => FrontDoor(i, service, service.Port(i.Port.Port)!, applied))] }, [.. applied]);
    }

    // Edges to something that does not exist open no listener; ReferenceChecker says so.
    private IEnumerable<(Upstream Upstream, ImmutableArray<Origin> Origins)> Called(Service service) => service.Uses
        .SelectMany(edge => upstreams.Of(edge.Callee).Where(u => edge.Port is null || edge.Port == u.Port.Port).Select(u => (Upstream: u, edge.Origin)))
        .GroupBy(e => e.Upstream.Port)
        .Select(g => (g.First().Upstream, g.Select(e => e.Origin).ToImmutableArray()))
        .OrderBy(g => g.Upstream.ListenerName, StringComparer.Ordinal);

    private RouteTable Table(Service service, Upstream upstream, RouteBackends backends, List<AppliedSetting> applied)
    {
        var routes = _httpRoutes.Said(service, upstream);
        if (routes.Any(l => l.Content.Item.Rules.Any(r => r.NamesBackends)))
        {
            return MakeTable(service, upstream, backends, applied);
        }

        var key = new TableKey(upstream, _timeouts.Said(service, upstream), _retries.Said(service, upstream), _loadBalancing.Said(service, upstream), routes);
        var table = _tables.Get(key, applied, settings => MakeTable(service, upstream, backends, settings));
        if (table.Rules.Any(r => r.Action is ForwardAction))
        {
            _ = backends.Only(upstream); // this caller needs the cluster, whoever the table was made for
        }

        return table;
    }

    private RouteTable MakeTable(Service service, Upstream upstream, RouteBackends backends, List<AppliedSetting> applied)
    {
        var template = new RouteRule
        {
            Name = "",
            Action = new DirectResponseAction(500, ""),
            Timeouts = _timeouts.Route(service, upstream, applied),
            Retry = _retries.Route(service, upstream, applied),
        };
        return new RouteTable
        {
            Name = upstream.ListenerName,
            Rules = [.. _httpRoutes.Compile(service, upstream, template, backends, applied).Select(rule => Hashed(rule, service, backends, applied))],
        };
    }

    private RouteRule Hashed(RouteRule rule, Service service, RouteBackends backends, List<AppliedSetting> applied) => rule.Action is ForwardAction forward
        ? rule with { Action = forward with { HashPolicies = _loadBalancing.HashPolicies(service, forward.Backends.Select(backends.Find).OfType<Upstream>(), applied) } }
        : rule;

    private Cluster Cluster(Service service, Upstream upstream, List<AppliedSetting> applied) => _clusters.Get(
        new(
            upstream,
            _timeouts.Said(service, upstream),
            _retries.Said(service, upstream),
            _loadBalancing.Said(service, upstream),
            _circuitBreakers.Said(service, upstream),
            _healthChecks.Said(service, upstream)),
        applied,
        settings => MakeCluster(service, upstream, settings));

    private Cluster MakeCluster(Service service, Upstream upstream, List<AppliedSetting> applied)
    {
        var cluster = new Cluster
        {
            Upstream = upstream.Port,
            Kind = upstream.External is null ? ClusterKind.Mesh : ClusterKind.External,
            Protocol = upstream.Protocol,
            PeerIdentity = upstream.External is null ? SpiffeId.ForService(_trustDomain, upstream.Port.Service) : null,
            ExternalHost = upstream.External?.Host,
            ExternalPort = upstream.External?.Port,
            ExternalEndpoints = upstream.External?.Endpoints ?? [],
            ExternalTls = upstream.External?.Tls?.OnDisk(),
        };
        cluster = _timeouts.Apply(cluster, service, upstream, applied);
        cluster = _loadBalancing.Apply(cluster, service, upstream, applied);
        cluster = _retries.Apply(cluster, service, upstream, applied);
        cluster = _circuitBreakers.Apply(cluster, service, upstream, applied);
        cluster = _healthChecks.Apply(cluster, service, upstream, applied);
        cluster = _tls.Apply(cluster, applied);
        return cluster with { Origins = [.. cluster.Origins.Distinct()] };
    }

    private InboundPort Inbound(Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var id = new PortRef(service.Id, port.Name);
        var inbound = new InboundPort
        {
            Port = id,
            Protocol = port.Protocol,
            Permissions = permissions.MeshDoor(id),
            Timeouts = _timeouts.Inbound(service, port, applied),
            Limits = _rateLimits.Compile(service, port, applied),
            Concurrency = _concurrency.Compile(service, port, applied),
            AccessLogs = _accessLogs.Inbound(service, port, applied),
            Telemetry = _telemetry.Inbound(service, port, applied),
            Tls = _tls.Inbound(service, port.Name, applied),
        };
        var where = $"inbound/{port.Name}";
        applied.AddRange(inbound.Permissions.Deny.Select(r => new AppliedSetting(where, "deny", PermissionText.Of(r), r.Origin)));
        applied.AddRange(inbound.Permissions.Allow.Select(r => new AppliedSetting(where, "allow", PermissionText.Of(r), r.Origin)));
        applied.AddRange(inbound.Permissions.AllowWithShadowDeny.Select(r => new AppliedSetting(where, "allowWithShadowDeny", PermissionText.Of(r), r.Origin)));
        applied.AddRange(permissions.ReplacedEdges.GetValueOrDefault(id, []).Select(r => new AppliedSetting(where, ReplacedEdge, $"{PermissionText.Of(r.Edge)} (allowOnly of {r.By} stands in for it)", r.Edge.Origin) { Caller = r.Edge.Principals[0] }));
        return inbound;
    }

    private FrontDoor FrontDoor(InboundPort inbound, Service service, ServicePort port, List<AppliedSetting> applied)
    {
        var (isPermissive, origin) = _tls.Mode(service, port, applied);
        return new()
        {
            Port = inbound.Port,
            Protocol = inbound.Protocol,
            Permissions = permissions.FrontDoor(inbound.Port),
            Timeouts = inbound.Timeouts,
            Limits = inbound.Limits,
            Concurrency = inbound.Concurrency,
            AccessLogs = inbound.AccessLogs,
            Telemetry = inbound.Telemetry,
            External = port.External,
            Permissive = isPermissive,
            PermissiveOrigin = origin,
        };
    }

    // What policies said to a caller of one upstream, layer by layer: callers to whom they said the same share a part.
    private readonly record struct TableKey(
        Upstream Upstream,
        ImmutableArray<Layer<OutboundTimeoutSettings>> Timeouts,
        ImmutableArray<Layer<RetryPolicySettings>> Retries,
        ImmutableArray<Layer<LoadBalancingSettings>> Balancing,
        ImmutableArray<Layer<RouteSaid>> Routes);

    private readonly record struct ClusterKey(
        Upstream Upstream,
        ImmutableArray<Layer<OutboundTimeoutSettings>> Timeouts,
        ImmutableArray<Layer<RetryPolicySettings>> Retries,
        ImmutableArray<Layer<LoadBalancingSettings>> Balancing,
        ImmutableArray<Layer<CircuitBreakerSettings>> Breakers,
        ImmutableArray<Layer<HealthCheckSettings>> HealthChecks);
}
