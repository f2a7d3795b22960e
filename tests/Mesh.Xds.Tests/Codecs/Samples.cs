using System.Collections.Immutable;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>Snapshots for tests: one that uses everything, and a small one to vary.</summary>
internal static class Samples
{
    public static TrustDomain TrustDomain { get; } = TrustDomain.Parse("shop.local");

    public static SpiffeId Storefront { get; } = SpiffeId.ForService(TrustDomain, new ServiceId("shop", "storefront"));

    public static Origin Somewhere { get; } = new("TrafficPermission", "shop/orders; 100%", "policies/a b.yaml:12", "from[0].default");

    public static PortRef Port(string service, string port = "http") => new(new ServiceId("shop", service), port);

    public static Cluster Cluster(string service, string port = "http", AppProtocol protocol = AppProtocol.Http) => new()
    {
        Upstream = Port(service, port),
        Protocol = protocol,
        PeerIdentity = SpiffeId.ForService(TrustDomain, new ServiceId("shop", service)),
    };

    public static PermissionSet AllowFrom(params string[] services) => new()
    {
        Allow =
        [
            .. services.Select(service => new PermissionRule
            {
                Principals = [new PrincipalMatch($"spiffe://shop.local/ns/shop/sa/{service}")],
                Origin = new Origin("Edge", $"shop/{service} → shop/storefront"),
            }),
        ],
    };

    /// <summary>A storefront that calls the services named, over HTTP, and that may be called by <c>edge</c>.</summary>
    public static ProxySnapshot Calling(params string[] services) => new()
    {
        Identity = Storefront,
        Inbound = [new InboundPort { Port = Port("storefront"), Protocol = AppProtocol.Http, Permissions = AllowFrom("edge") }],
        Outbound = [.. services.Order(StringComparer.Ordinal).Select(service => new OutboundListener { Upstream = Port(service), Protocol = AppProtocol.Http })],
        RouteTables = [.. services.Order(StringComparer.Ordinal).Select(service => Table(service))],
        Clusters = [.. services.Order(StringComparer.Ordinal).Select(service => Cluster(service))],
    };

    public static RouteTable Table(string service, string port = "http", string? rewriteHost = null) => new()
    {
        Name = ResourceNames.Outbound(Port(service, port)),
        Rules =
        [
            new RouteRule
            {
                Name = "all",
                Action = new ForwardAction { Backends = [new WeightedCluster(ResourceNames.Cluster(Port(service, port)))], RewriteHost = rewriteHost },
            },
        ],
    };

    public static EndpointSet Endpoints(string service, params int[] ports) => new(
        ResourceNames.Cluster(Port(service)),
        [.. ports.Select((port, index) => new Endpoint("127.0.0.1", port, $"{service}-{index + 1}"))]);

    /// <summary>Calls that go wrong on purpose.</summary>
    public static ProxySnapshot Faulted { get; } = Calling("orders", "payments") with
    {
        Faults =
        [
            new FaultRule
            {
                Id = "f1",
                By = "ann",
                Upstream = Port("orders"),
                EndsAt = DateTimeOffset.UnixEpoch,
                Matches = [new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/slow"), Headers = [new ValueMatch("tenant", ValueMatchKind.Exact, "7")] }],
                Effects = new FaultEffects { Delay = new FaultDelay { Min = TimeSpan.Zero, Max = TimeSpan.FromSeconds(3), Percent = 0.5 }, Abort = new FaultAbort { GrpcStatus = 14 } },
            },
            new FaultRule { Id = "f2", By = "ann", Upstream = Port("payments"), EndsAt = DateTimeOffset.UnixEpoch, Effects = new FaultEffects { Abort = new FaultAbort { Reset = true } } },
        ],
    };

    public static ProxySnapshot Everything { get; } = new()
    {
        Identity = Storefront,
        Inbound =
        [
            new InboundPort
            {
                Port = Port("storefront"),
                Protocol = AppProtocol.Http,
                Permissions = Permissions,
                Timeouts = new()
                {
                    Connect = TimeSpan.FromSeconds(3),
                    Request = TimeSpan.FromSeconds(30),
                    Idle = null,
                    StreamIdle = TimeSpan.FromMinutes(2),
                    RequestHeaders = TimeSpan.FromSeconds(5),
                    MaxConnectionDuration = TimeSpan.FromHours(3),
                    Origin = Somewhere,
                    ForCallers =
                    [
                        new() { Caller = new PrincipalMatch(Storefront.Text), Request = TimeSpan.Zero, StreamIdle = TimeSpan.FromSeconds(7), Origin = Somewhere },
                        new() { Caller = new PrincipalMatch("spiffe://shop.local/ns/jobs", IsPrefix: true), Idle = TimeSpan.FromHours(1), Origin = new Origin("Timeout", "a;b%") },
                    ],
                },
            },
            new InboundPort
            {
                Port = Port("storefront", "grpc"),
                Protocol = AppProtocol.Grpc,
                Permissions = PermissionSet.Nobody,
                Telemetry = new() { IsTracingOff = true, Sampling = 0, Origin = Somewhere },
                AccessLogs =
                [
                    new() { Path = "/var/log/a.log", Text = "%REQ(:PATH)% 100%%", Origin = Somewhere },
                    new()
                    {
                        Path = "/var/log/b.log",
                        Json = ImmutableSortedDictionary.CreateRange<string, string>(StringComparer.Ordinal, [new("b", "%DURATION%"), new("a", "x")]),
                        OmitEmptyValues = true,
                        MinStatus = 400,
                        MinDuration = TimeSpan.FromMilliseconds(1500),
                        OnlyErrors = true,
                        Headers = [new("x-tenant", ValueMatchKind.Prefix, "a"), new("x-forwarded-client-cert", ValueMatchKind.Absent, ""), new("x-debug", ValueMatchKind.Present, "")],
                        Percent = 12.5,
                        Caller = new PrincipalMatch("spiffe://shop.local/ns/jobs", IsPrefix: true),
                        Origin = new Origin("AccessLog", "a;b%"),
                    },
                ],
                Limits = new()
                {
                    Requests =
                    [
                        new() { Name = "reports", Caller = new PrincipalMatch(Storefront.Text), Match = new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/reports"), Method = "GET", Headers = [new("x-tier", ValueMatchKind.Exact, "gold")] }, Rate = new(5, TimeSpan.FromMinutes(1)), Origin = Somewhere },
                        new() { Name = "default", Caller = new PrincipalMatch("spiffe://shop.local/ns/jobs", IsPrefix: true), Origin = Somewhere },
                        new() { Name = "default", Rate = new(100, TimeSpan.FromSeconds(1), 200), Status = 503, Announce = true, Headers = new() { Set = [new("a", "b")], Add = [new("c", "d")] }, Origin = Somewhere },
                    ],
                },
                Concurrency =
                [
                    new() { Caller = new PrincipalMatch(Storefront.Text), Requests = 5, Origin = Somewhere },
                    new() { Caller = new PrincipalMatch("spiffe://shop.local/ns/jobs/", IsPrefix: true), Origin = Somewhere },
                    new() { Requests = 10, Connections = 3, Pending = 1, Origin = Somewhere },
                ],
            },
            new InboundPort
            {
                Port = Port("storefront", "tcp"),
                Protocol = AppProtocol.Tcp,
                Permissions = Permissions,
                Timeouts = new() { Idle = TimeSpan.FromMinutes(5), MaxConnectionDuration = TimeSpan.FromHours(8) },
                AccessLogs = [new() { Path = "/var/log/tcp.log", Text = "%DURATION%", Caller = new PrincipalMatch(Storefront.Text), Origin = Somewhere }, new() { Kind = AccessLogKind.Stdout, Text = AccessLog.DefaultTcpText, Origin = Somewhere }],
                Tls = new() { Min = TlsVersion.TLS12, Max = TlsVersion.TLS12, Ciphers = [TlsCipher.EcdheEcdsaAes128Gcm, TlsCipher.EcdheRsaChaCha20], Origin = Somewhere },
                Limits = new()
                {
                    Connections =
                    [
                        new() { Caller = new PrincipalMatch(Storefront.Text), Rate = new(1, TimeSpan.FromMilliseconds(50)), Origin = Somewhere },
                        new() { Caller = new PrincipalMatch("spiffe://shop.local/ns/jobs/", IsPrefix: true), Origin = new Origin("RateLimit", "a;b%") },
                        new() { Rate = new(10, TimeSpan.FromSeconds(2), 3), Origin = Somewhere },
                    ],
                },
            },
        ],
        FrontDoors =
        [
            new FrontDoor { Port = Port("storefront"), Protocol = AppProtocol.Http, Telemetry = new() { DurationBuckets = [1], Origin = Somewhere }, Permissions = AllowFrom("edge"), External = true, ContainerPort = 8080, Concurrency = [new() { Requests = 1, Origin = Somewhere }] },
            new FrontDoor { Port = Port("storefront", "tcp"), Protocol = AppProtocol.Tcp, Permissions = PermissionSet.Nobody, Permissive = true, PermissiveOrigin = Somewhere },
        ],
        Outbound =
        [
            new OutboundListener
            {
                Upstream = Port("inventory", "grpc"),
                Protocol = AppProtocol.Grpc,
                ContainerPort = 15101,
                AccessLogs =
                [
                    new() { Kind = AccessLogKind.Stdout, Text = AccessLog.DefaultText, Percent = 0.5, Origin = Somewhere },
                    new() { Kind = AccessLogKind.OpenTelemetry, Body = "%DURATION%", Attributes = ImmutableSortedDictionary.CreateRange<string, string>(StringComparer.Ordinal, [new("b", "%DURATION%"), new("a", "x")]), MinStatus = 500, Origin = Somewhere },
                ],
            },
            new OutboundListener { Upstream = Port("legacy", "tcp"), Protocol = AppProtocol.Tcp },
            new OutboundListener { Upstream = Port("orders"), Protocol = AppProtocol.Http, Origins = [Somewhere, new Origin("Edge", "a → b")] },
            new OutboundListener
            {
                Upstream = Port("postgres", "tcp"),
                Protocol = AppProtocol.Tcp,
                TcpBackends = [new WeightedCluster("shop/postgres/tcp", 9), new WeightedCluster("shop/postgres-next/tcp", 1)],
                IdleTimeout = TimeSpan.FromHours(2),
                MaxConnectionDuration = TimeSpan.FromDays(1),
                MaxConnectAttempts = 5,
                AccessLogs = [new() { Kind = AccessLogKind.Stdout, Text = AccessLog.DefaultTcpText, OnlyErrors = true, Headers = [new("a", ValueMatchKind.Exact, "b")], Origin = Somewhere }],
            },
            new OutboundListener
            {
                Upstream = Port("stripe", "https"),
                Protocol = AppProtocol.Https,
                Telemetry = new()
                {
                    Sampling = 0.1,
                    IgnoresParent = true,
                    AreMetricsOff = true,
                    DurationBuckets = [0.0005, 0.1, 30],
                    Tags =
                    [
                        new() { Name = "team", Literal = "web", Metrics = true },
                        new() { Name = "tenant", Header = new("x-tenant", "none"), Metrics = true, MaxValues = 7 },
                        new() { Name = "path", Header = new("x-path") },
                        new() { Name = "region", Environment = new("REGION", "here") },
                        new() { Name = "zone", Environment = new("ZONE") },
                    ],
                    Origin = new Origin("Telemetry", "a;b%", "a.yaml:7", "rules[0]"),
                },
            },
        ],
        RouteTables = [Table("inventory", "grpc"), RichRoutes.Table, Table("stripe", "https")],
        Clusters =
        [
            Cluster("asked") with
            {
                HealthCheck = new(HealthCheckKind.Http)
                {
                    Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(2), UnhealthyThreshold = 3, HealthyThreshold = 4, InitialJitter = TimeSpan.FromSeconds(5), IntervalJitter = TimeSpan.FromSeconds(6),
                    IntervalJitterPercent = 7, NoTrafficInterval = TimeSpan.FromSeconds(8), ReuseConnection = false, FailTrafficOnPanic = true, Path = "/health?deep=1", ExpectedStatuses = [200, 204],
                    Headers = [new("a", "b")], Origin = Somewhere,
                },
                PanicThreshold = 20,
            },
            Cluster("asked2", "grpc", AppProtocol.Grpc) with { HealthCheck = new(HealthCheckKind.Grpc) { ServiceName = "shop", Authority = "orders" } },
            Cluster("asked3", "tcp", AppProtocol.Tcp) with { HealthCheck = new(HealthCheckKind.Tcp) { Send = "cGluZw==", Receive = ["cG9uZw=="] } },
            Cluster("bounded") with
            {
                Limits = new() { Connections = 10, Pending = 20, Requests = 30, Retries = 0, Origin = Somewhere },
                Outliers = new()
                {
                    Interval = TimeSpan.FromSeconds(3), BaseEjectionTime = TimeSpan.FromSeconds(4), MaxEjectionTime = TimeSpan.FromSeconds(40), MaxEjectionPercent = 70, SplitErrors = true,
                    TotalFailures = 3, GatewayFailures = 4, LocalOriginFailures = 5, SuccessRate = new(2, 10, 1500), FailurePercentage = new(3, 20, 60), Origin = Somewhere,
                },
                PanicThreshold = 12.5,
            },
            Cluster("capped") with { Limits = new() { Requests = 5 }, Outliers = new() { GatewayFailures = 1 }, PanicThreshold = 0 },
            Cluster("inventory", "grpc", AppProtocol.Grpc) with { LoadBalancing = new(LoadBalancingKind.RoundRobin), Wire = WireProtocol.Http2 },
            Cluster("orders") with
            {
                LoadBalancing = new LoadBalancing(LoadBalancingKind.LeastRequest, 3) { Origin = Somewhere },
                Connect = TimeSpan.FromMilliseconds(1500),
                Idle = TimeSpan.FromMinutes(10),
                MaxConnectionDuration = TimeSpan.FromHours(1),
                Wire = WireProtocol.Http1,
                RetryBudget = new() { Percent = 12.5, Interval = TimeSpan.FromSeconds(20), MinPerSecond = 3 },
                Origins = [Somewhere],
            },
            Cluster("peak") with { LoadBalancing = new(LoadBalancingKind.PeakEwma) { Decay = TimeSpan.FromSeconds(5), SlowStart = new(TimeSpan.FromSeconds(30), 20) } },
            Cluster("postgres", "tcp", AppProtocol.Tcp) with { LoadBalancing = new(LoadBalancingKind.Random), Tls = new() { Min = TlsVersion.TLS12, Origin = Somewhere } },
            Cluster("ring") with { LoadBalancing = new(LoadBalancingKind.RingHash) { Ring = new(100, 10000) } },
            Cluster("slow") with { LoadBalancing = new(LoadBalancingKind.RoundRobin) { SlowStart = new(TimeSpan.FromMinutes(1)) } },
            new Cluster
            {
                Upstream = Port("stripe", "https"),
                Kind = ClusterKind.External,
                Protocol = AppProtocol.Https,
                ExternalHost = "api.stripe.example",
                ExternalPort = 443,
            },
            new Cluster
            {
                Upstream = Port("stripe", "own-ca"),
                Kind = ClusterKind.External,
                Protocol = AppProtocol.Tcp,
                ExternalHost = "10.0.0.1",
                ExternalPort = 443,
                ExternalEndpoints = [new("10.0.0.2", 444), new("other.example", 445, 3)],
                ExternalTls = new() { ServerName = "api.stripe.example", Ca = "-----BEGIN CERTIFICATE-----", CertificateFile = "/etc/client.pem", KeyFile = "/etc/client.key" },
            },
            new Cluster
            {
                Upstream = Port("stripe", "own-ca-file"),
                Kind = ClusterKind.External,
                Protocol = AppProtocol.Grpc,
                ExternalHost = "api.stripe.example",
                ExternalPort = 443,
                ExternalTls = new() { CaFile = "/etc/ca.pem" },
            },
            Cluster("table") with { LoadBalancing = new(LoadBalancingKind.Maglev) { TableSize = 251 } },
        ],
    };

    private static PermissionSet Permissions => new()
    {
        Deny = [new PermissionRule { Principals = [new PrincipalMatch("spiffe://shop.local/ns/shop/sa/evil")], Origin = Somewhere }],
        Allow =
        [
            new PermissionRule { Origin = new Origin("TrafficPermission", "shop/everyone") },
            new PermissionRule
            {
                Principals =
                [
                    new PrincipalMatch("spiffe://shop.local/ns/shop", IsPrefix: true),
                    new PrincipalMatch("spiffe://shop.local/ns/", IsPrefix: true),
                    new PrincipalMatch("spiffe://shop.local/ns/shop/sa/edge"),
                ],
                Requests =
                [
                    new RequestMatch("GET", null),
                    new RequestMatch(null, new PathMatch(PathMatchKind.Exact, "/health")),
                    new RequestMatch("POST", new PathMatch(PathMatchKind.PathPrefix, "/orders")),
                    new RequestMatch(null, new PathMatch(PathMatchKind.PathPrefix, "/")),
                    new RequestMatch("PUT", new PathMatch(PathMatchKind.RegularExpression, "/items/[0-9]+")),
                    new RequestMatch(null, null),
                ],
                Origin = Somewhere,
            },
        ],
        AllowWithShadowDeny =
        [
            new PermissionRule { Principals = [new PrincipalMatch("spiffe://shop.local/developer")], Origin = new Origin("Edge", "x=y → z", null, "rule;1") },
        ],
    };
}
