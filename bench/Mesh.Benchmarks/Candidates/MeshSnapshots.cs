using System.Globalization;
using System.Net;
using Mesh.Benchmarks.Certificates;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Benchmarks.Candidates;

/// <summary>
/// What the control plane would tell the two sidecars: a route table with conditions in front of the rule that applies, permissions with a rule in front of the
/// one that applies, retries by default, least request over one replica.
/// </summary>
internal static class MeshSnapshots
{
    public static readonly ServiceId Caller = new("bench", "storefront");
    public static readonly ServiceId Callee = new("bench", "orders");

    /// <summary>HTTP, routed.</summary>
    public static readonly PortRef Http = new(Callee, "http");

    /// <summary>The same app as opaque bytes.</summary>
    public static readonly PortRef Raw = new(Callee, "raw");

    private static readonly TrustDomain Domain = TrustDomain.Parse(BenchCertificates.TrustDomain);
    private static readonly Origin Edge = new("Edge", $"{Caller} → {Callee}");

    /// <summary>The pair that carries HTTP.</summary>
    /// <param name="wire">What the sidecars speak between them.</param>
    public static PairMesh OverHttp(WireProtocol wire) => new(
        wire switch
        {
            WireProtocol.Auto => "mesh",
            WireProtocol.Http1 => "mesh h1",
            _ => "mesh h2",
        },
        "SPIFFE identity checked on both ends, routing (5 rules, the last one matches), permissions (3 rules), retries armed (budget), metrics, "
            + $"trace context passed on, least request, admin endpoint; wire {wire.ToString().ToLowerInvariant()}; no exporter, no session resumption",
        ForCaller(wire),
        ForCallee());

    /// <summary>The pair that carries bytes.</summary>
    public static PairMesh OverTcp() => new(
        "mesh tcp",
        "SPIFFE identity checked on both ends, permissions (3 rules), metrics, least request, admin endpoint; no exporter, no session resumption",
        ForCaller(WireProtocol.Auto),
        ForCallee());

    private static ProxySnapshot ForCaller(WireProtocol wire) => new()
    {
        Identity = SpiffeId.ForService(Domain, Caller),
        Outbound =
        [
            new OutboundListener { Upstream = Http, Protocol = AppProtocol.Http },
            new OutboundListener { Upstream = Raw, Protocol = AppProtocol.Tcp, TcpBackends = [new WeightedCluster(ResourceNames.Cluster(Raw))] },
        ],
        RouteTables = [new RouteTable { Name = ResourceNames.Outbound(Http), Rules = Rules() }],
        Clusters =
        [
            new Cluster { Upstream = Http, Protocol = AppProtocol.Http, PeerIdentity = SpiffeId.ForService(Domain, Callee), Wire = wire },
            new Cluster { Upstream = Raw, Protocol = AppProtocol.Tcp, PeerIdentity = SpiffeId.ForService(Domain, Callee) },
        ],
    };

    private static ProxySnapshot ForCallee() => new()
    {
        Identity = SpiffeId.ForService(Domain, Callee),
        Inbound =
        [
            new InboundPort { Port = Http, Protocol = AppProtocol.Http, Permissions = Permissions() },
            new InboundPort { Port = Raw, Protocol = AppProtocol.Tcp, Permissions = Permissions() },
        ],
    };

    /// <summary>One replica of the callee, for both its ports.</summary>
    public static IReadOnlyList<EndpointSet> Endpoints(IPEndPoint door)
    {
        var replica = new Endpoint(door.Address.ToString(), door.Port, "orders-1");
        return [new EndpointSet(ResourceNames.Cluster(Http), [replica]), new EndpointSet(ResourceNames.Cluster(Raw), [replica])];
    }

    private static System.Collections.Immutable.ImmutableArray<RouteRule> Rules()
    {
        var forward = new ForwardAction { Backends = [new WeightedCluster(ResourceNames.Cluster(Http))] };
        var origin = new Origin("HttpRoute", "bench/orders");
        RouteMatch[] matches =
        [
            new() { Path = new PathMatch(PathMatchKind.Exact, "/healthz") },
            new() { Path = new PathMatch(PathMatchKind.PathPrefix, "/internal/reports"), Method = "POST" },
            new() { Path = new PathMatch(PathMatchKind.PathPrefix, "/api/v2") },
            new() { Headers = [new ValueMatch("x-canary", ValueMatchKind.Exact, "always")] },
            RouteMatch.Any,
        ];
        return
        [
            .. matches.Select((match, index) => new RouteRule
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"bench/orders/{index}"),
                Match = match,
                Action = forward,
                Origin = origin,
            }),
        ];
    }

    private static PermissionSet Permissions() => new()
    {
        Deny = [new PermissionRule { Principals = [Principal("intruder")], Origin = new Origin("TrafficPermission", "bench/no-intruders") }],
        Allow =
        [
            new PermissionRule { Principals = [Principal("backoffice")], Origin = Edge },
            new PermissionRule { Principals = [Principal(Caller.Name)], Origin = Edge },
        ],
    };

    private static PrincipalMatch Principal(string service) => new(SpiffeId.ForService(Domain, new ServiceId("bench", service)).Text);
}
