using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Which policy is heard, setting by setting: the table of docs/policies.md.</summary>
public sealed class SettingsMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"], labels: [("tier", "front")])
        .Service("shop/orders", ports: ["http", "rpc:grpc", "db:tcp"], labels: [("tier", "back")]);

    [Theory]
    // to[].targetRef: everything < labels < labels and port < name < name and port
    [InlineData("shop a {kind: Mesh} to {kind: Service, name: orders} 1s", "web b {kind: Mesh} to {kind: Mesh} 2s", "1s")]
    [InlineData("shop a {kind: Mesh} to {kind: Service, name: orders} 1s", "shop b {kind: Mesh} to {kind: Service, labels: {tier: back}} 2s", "1s")]
    [InlineData("shop b {kind: Mesh} to {kind: Service, name: orders, sectionName: http} 1s", "shop a {kind: Mesh} to {kind: Service, name: orders} 2s", "1s")]
    [InlineData("shop b {kind: Mesh} to {kind: Service, labels: {tier: back}, sectionName: http} 1s", "shop a {kind: Mesh} to {kind: Service, labels: {tier: back}} 2s", "1s")]
    // targetRef: everything < labels < name
    [InlineData("web b {kind: Service, name: storefront} to {kind: Mesh} 1s", "web a {kind: Mesh} to {kind: Mesh} 2s", "1s")]
    [InlineData("web b {kind: Service, name: storefront} to {kind: Mesh} 1s", "web a {kind: Service, labels: {tier: front}} to {kind: Mesh} 2s", "1s")]
    [InlineData("web b {kind: Service, labels: {tier: front}} to {kind: Mesh} 1s", "web a {kind: Mesh} to {kind: Mesh} 2s", "1s")]
    // role: system < producer < owner of the caller
    [InlineData("shop b {kind: Mesh} to {kind: Service, name: orders} 1s", "mesh-system a {kind: Mesh} to {kind: Service, name: orders, namespace: shop} 2s", "1s")]
    [InlineData("web b {kind: Mesh} to {kind: Service, name: orders, namespace: shop} 1s", "shop a {kind: Mesh} to {kind: Service, name: orders} 2s", "1s")]
    // name: the first of the alphabet
    [InlineData("web a {kind: Mesh} to {kind: Mesh} 1s", "web b {kind: Mesh} to {kind: Mesh} 2s", "1s")]
    // neither the caller's nor the callee's namespace, and callers' defaults are their own
    [InlineData("other a {kind: Mesh} to {kind: Mesh} 1s", "other b {kind: Mesh} to {kind: Service, name: orders, namespace: shop} 2s", null)]
    [InlineData("shop a {kind: Mesh} to {kind: Mesh} 1s", "web b {kind: Service, name: somebody} to {kind: Mesh} 2s", null)]
    public void Compile_TwoPolicies_HearsTheNarrower(string one, string two, string? expected)
    {
        foreach (var mesh in new[] { Shop.Yaml(Timeout(one)).Yaml(Timeout(two)), Shop.Yaml(Timeout(two)).Yaml(Timeout(one)) })
        {
            var timeouts = mesh.Routes("web/storefront", "shop/orders/http")[0].Timeouts;

            Assert.Equal(expected is null ? null : TimeSpan.FromSeconds(int.Parse(expected[..^1])), timeouts.Request);
            Assert.Equal(expected is null ? "Default" : "Timeout", timeouts.Origin.Kind);
        }
    }

    [Fact]
    public void Compile_SettingsOfSeveralPolicies_AreFoldedOneByOne()
    {
        var mesh = Shop.Yaml("""
            kind: Timeout
            metadata: {name: base, namespace: web}
            spec:
              to:
              - {targetRef: {kind: Mesh}, default: {connect: 1s, request: 10s, idle: 1m}}
              - {targetRef: {kind: Mesh}, default: {connect: 2s}}
            ---
            kind: Timeout
            metadata: {name: orders, namespace: web}
            spec:
              to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {request: 0s, streamIdle: 5m}}]
            """);

        var timeouts = mesh.Routes("web/storefront", "shop/orders/http")[0].Timeouts;
        var cluster = mesh.Cluster("web/storefront", "shop/orders/http");

        Assert.Null(timeouts.Request);
        Assert.Equal(TimeSpan.FromMinutes(5), timeouts.StreamIdle);
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1)), (cluster.Connect, cluster.Idle));
        Assert.Equal(["to[0]", "to[1]"], cluster.Origins.Select(o => o.Rule));
        var said = mesh.Compile().Explanations[TestMesh.Id("web/storefront")].Select(a => $"{a.Where} {a.Setting}={a.Value} {a.Origin.Name} {a.Origin.Rule} {a.Origin.Location}");
        Assert.Contains("outbound/shop/orders/http timeout.request=0s web/orders to[0] test.yaml:11", said);
        Assert.Contains("cluster/shop/orders/http timeout.connect=2s web/base to[1] test.yaml:6", said);
    }

    [Fact]
    public void Compile_InboundTimeoutsByCaller_NarrowestMatchIsHeardFieldByField()
    {
        var mesh = Shop.Yaml("""
            kind: Timeout
            metadata: {name: callers, namespace: shop}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - matches: [{service: web/storefront}]
                default: {request: 1s}
              - matches: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web"}}, {spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web/sa/store"}}]
                default: {request: 2s, idle: 0s}
              - default: {request: 3s, idle: 4s, connect: 5s}
            """);

        var timeouts = mesh.Snapshot("shop/orders").Inbound.Single(i => i.Port.Port == "http").Timeouts;
        var storefront = timeouts.For("spiffe://shop.local/ns/web/sa/storefront");
        var other = timeouts.For("spiffe://shop.local/ns/web/sa/other");
        var stranger = timeouts.For("spiffe://shop.local/ns/shop/sa/job");

        Assert.Equal((TimeSpan.FromSeconds(1), null), (storefront.Request, storefront.Idle));
        Assert.Equal("rules[0]", storefront.Origin.Rule);
        Assert.Equal((TimeSpan.FromSeconds(2), null), (other.Request, other.Idle));
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)), (stranger.Request!.Value, stranger.Idle!.Value, stranger.Connect));
        Assert.Equal(TimeSpan.FromSeconds(3), timeouts.For(null).Request);
        Assert.Null(mesh.Snapshot("shop/orders").Inbound.Single(i => i.Port.Port == "db").Timeouts.For("spiffe://shop.local/ns/web/sa/storefront").Request);
        Assert.Contains(
            mesh.Compile().Explanations[TestMesh.Id("shop/orders")],
            a => a is { Where: "inbound/http", Setting: "timeout.request", Value: "1s for spiffe://shop.local/ns/web/sa/storefront" });
    }

    [Fact]
    public void Compile_GrpcRequest_IsASettingOfItsOwn()
    {
        var timeouts = Shop.Yaml("""
            kind: Timeout
            metadata: {name: calls, namespace: web}
            spec: {to: [{targetRef: {kind: Mesh}, default: {grpcRequest: 3s}}]}
            """).Routes("web/storefront", "shop/orders/rpc")[0].Timeouts;

        Assert.Equal((null, TimeSpan.FromSeconds(3)), (timeouts.Request, timeouts.GrpcRequest!.Value));
    }

    [Fact]
    public void Compile_NoPolicy_UsesDefaults()
    {
        var rule = Shop.Routes("web/storefront", "shop/orders/http")[0];
        var cluster = Shop.Cluster("web/storefront", "shop/orders/http");
        var tunnel = Shop.Snapshot("web/storefront").Outbound.Single(l => l.Upstream.Port == "db");

        Assert.Equal(new RouteTimeouts(), rule.Timeouts);
        Assert.Equal(RetrySettings.Default, rule.Retry);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), WireProtocol.Auto), (cluster.Connect, cluster.Idle, cluster.Wire));
        Assert.Equal(new LoadBalancing(), cluster.LoadBalancing);
        Assert.Equal(new RetryBudget(), cluster.RetryBudget);
        Assert.Equal((null, 3), (tunnel.IdleTimeout, tunnel.MaxConnectAttempts));
        Assert.Equal(new InboundTimeouts(), Shop.Snapshot("shop/orders").Inbound[0].Timeouts);
    }

    [Fact]
    public void Compile_Retry_GoesByProtocol()
    {
        var mesh = Shop.Yaml("""
            kind: Retry
            metadata: {name: all, namespace: mesh-system}
            spec:
              to:
              - targetRef: {kind: Mesh}
                default:
                  http: {numRetries: 4, perTryTimeout: 2s, backOff: {base: 100ms}, retryOn: [GatewayError, 5xx, 409, 503]}
                  grpc: {numRetries: 1, retryOn: [Unavailable, Cancelled]}
                  tcp: {maxConnectAttempts: 7}
                  budget: {percent: 5}
            """);

        var http = mesh.Routes("web/storefront", "shop/orders/http")[0].Retry;
        var grpc = mesh.Routes("web/storefront", "shop/orders/rpc")[0].Retry;

        Assert.Equal((4, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)), (http.Attempts, http.PerTryTimeout, http.BackOffBase, http.BackOffMax));
        Assert.Equal(RetryOn.GatewayError | RetryOn.ServerError, http.On);
        Assert.Equal([409, 503], http.Statuses);
        Assert.Equal((1, RetryOn.GrpcUnavailable | RetryOn.GrpcCancelled, TimeSpan.FromMilliseconds(25)), (grpc.Attempts, grpc.On, grpc.BackOffBase));
        Assert.Equal(7, mesh.Snapshot("web/storefront").Outbound.Single(l => l.Upstream.Port == "db").MaxConnectAttempts);
        Assert.Equal((5, TimeSpan.FromSeconds(10), 10), (mesh.Cluster("web/storefront", "shop/orders/http").RetryBudget.Percent, mesh.Cluster("web/storefront", "shop/orders/http").RetryBudget.Interval, mesh.Cluster("web/storefront", "shop/orders/http").RetryBudget.MinPerSecond));
    }

    [Fact]
    public void Compile_EmptyRetryOn_NeverRetries()
    {
        var mesh = Shop.Yaml("""
            kind: Retry
            metadata: {name: none, namespace: web}
            spec: {to: [{targetRef: {kind: Mesh}, default: {http: {retryOn: []}}}]}
            """);

        Assert.Equal(RetryOn.None, mesh.Routes("web/storefront", "shop/orders/http")[0].Retry.On);
    }

    [Fact]
    public void Compile_LoadBalancingAndRules_ReachTheirSides()
    {
        var mesh = Shop.Yaml("""
            kind: LoadBalancing
            metadata: {name: rr, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: Random, wire: Http2}}]}
            ---
            kind: Timeout
            metadata: {name: in, namespace: shop}
            spec:
              targetRef: {kind: Service, name: orders, sectionName: http}
              rules: [{default: {connect: 1s, request: 3s, idle: 0s}}]
            """);

        var cluster = mesh.Cluster("web/storefront", "shop/orders/rpc");
        var inbound = mesh.Snapshot("shop/orders").Inbound.ToDictionary(p => p.Port.Port);
        Assert.Equal((LoadBalancingKind.Random, WireProtocol.Http2, "shop/rr"), (cluster.LoadBalancing.Kind, cluster.Wire, cluster.LoadBalancing.Origin.Name));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), null), (inbound["http"].Timeouts.Connect, inbound["http"].Timeouts.Request, inbound["http"].Timeouts.Idle));
        Assert.Equal(new InboundTimeouts(), inbound["rpc"].Timeouts);
    }

    // "<namespace> <name> <targetRef> to <to[].targetRef> <request>"
    private static string Timeout(string text)
    {
        var (head, tail) = (text.Split(" to ")[0], text.Split(" to ")[1]);
        var words = head.Split(' ', 3);
        var end = tail.LastIndexOf(' ');
        return $$"""
            kind: Timeout
            metadata: {namespace: {{words[0]}}, name: {{words[1]}}}
            spec:
              targetRef: {{words[2]}}
              to: [{targetRef: {{tail[..end]}}, default: {request: {{tail[(end + 1)..]}} } }]
            """;
    }
}
