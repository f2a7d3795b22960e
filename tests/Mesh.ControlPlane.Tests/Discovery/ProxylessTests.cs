using Envoy.Config.Cluster.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Grpc.Core;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Mesh.ControlPlane.Tests.Discovery;

/// <summary>gRPC clients and servers without a proxy, from a file to what they are sent.</summary>
public sealed class ProxylessTests : IAsyncLifetime
{
    private const string Server = "inbound/server/http/0.0.0.0:50051";

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Service("payments")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Client_OfADeclaredService_FollowsItsTargetToTheReadyReplicas()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.RegisterAsync(port: 40007);
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");

        var listener = await client.GetAsync(TypeUrls.Listener, "orders", Listener.Parser);
        var routes = listener.ApiListener.ApiListener_.Unpack<HttpConnectionManager>().Rds.RouteConfigName;
        var table = await client.GetAsync(TypeUrls.RouteTable, routes, RouteConfiguration.Parser);
        var cluster = await client.GetAsync(TypeUrls.Cluster, table.VirtualHosts[0].Routes[0].Route_.Cluster, Cluster.Parser);
        var endpoints = await client.GetAsync(TypeUrls.Endpoints, cluster.Name, ClusterLoadAssignment.Parser, e => e.Endpoints.Count > 0);

        Assert.Equal(("127.0.0.1", 40007u), Address(endpoints));
        await orders.RegisterAsync(port: 40008);
        Assert.Equal(("127.0.0.1", 40008u), Address(await client.UntilAsync(TypeUrls.Endpoints, ClusterLoadAssignment.Parser)));
    }

    [Fact]
    public async Task Client_OfAServiceThatMayNotCall_IsToldNothing()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.RegisterAsync();
        await using var client = await ProxylessClient.StartAsync(_host, "payments");

        await client.AskAsync(TypeUrls.Endpoints, "default/orders/http");
        await client.AskAsync(TypeUrls.Cluster, "default/orders/http");
        Assert.Empty((await client.NextAsync(TypeUrls.Cluster)).Resources);
        await client.AskAsync(TypeUrls.Listener, "orders", "http.orders.default");
        Assert.Empty((await client.NextAsync(TypeUrls.Listener)).Resources);
    }

    [Fact]
    public async Task Client_WhoseNodeIsAnother_IsRefusedWhateverItIs()
    {
        await using var client = await ProxylessClient.StartAsync(_host, "storefront", identity: "payments");
        await client.AskAsync(TypeUrls.Listener, "orders");

        var refusal = await Assert.ThrowsAsync<RpcException>(() => client.NextAsync(TypeUrls.Listener));

        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
    }

    [Fact]
    public async Task Server_PermissionGrantedAndRevoked_ItsListenerFollows()
    {
        await using var server = await ProxylessClient.StartAsync(_host, "orders");
        var first = await server.GetAsync(TypeUrls.Listener, Server, Listener.Parser);
        Assert.Equal(["spiffe://shop.local/ns/default/sa/storefront"], Allowed(first));

        _directory.Write("policies/rules.yaml", Documents.Permission("to-orders", "orders", "payments"));
        await server.UntilAsync(TypeUrls.Listener, Listener.Parser, l => Allowed(l).Contains("spiffe://shop.local/ns/default/sa/payments"));

        _directory.Write("policies/rules.yaml", "# nothing");
        var last = await server.UntilAsync(TypeUrls.Listener, Listener.Parser, l => !Allowed(l).Contains("spiffe://shop.local/ns/default/sa/payments"));

        Assert.Equal(Allowed(first), Allowed(last));
    }

    [Fact]
    public async Task Client_RouteChanged_IsSentTheNewOneAndAfterARefusalTheNext()
    {
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");
        await client.GetAsync(TypeUrls.RouteTable, "outbound/default/orders/http", RouteConfiguration.Parser);

        _directory.Write("policies/rules.yaml", Split(90));
        await client.NextAsync(TypeUrls.RouteTable, error: "weighted_clusters: not today");

        var view = await UntilAsync(c => c.GetProperty("state").GetString() == "refused");
        Assert.Equal("weighted_clusters: not today", view.GetProperty("errors").GetProperty("RDS").GetString());
        Assert.Equal(("grpc", "gRPC Node Pure JS 1.14.1", "storefront", "one"), (view.GetProperty("kind").GetString(), view.GetProperty("userAgent").GetString(), view.GetProperty("service").GetString(), view.GetProperty("replica").GetString()));
        _directory.Write("policies/rules.yaml", Split(80));
        var table = await client.UntilAsync(TypeUrls.RouteTable, RouteConfiguration.Parser);
        Assert.Equal([80u, 10u], table.VirtualHosts[0].Routes[0].Route_.WeightedClusters.Clusters.Select(c => c.Weight ?? 0));
        await UntilAsync(c => c.GetProperty("state").GetString() == "ready");
    }

    [Fact]
    public async Task Client_BesideItsSidecar_DoesNotSpeakForIt()
    {
        await using var sidecar = await ConnectedSidecar.StartAsync(_host, "storefront");
        await sidecar.Sink.UntilAsync(s => s.Snapshot is not null);
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");
        await client.AskAsync(TypeUrls.Cluster, "default/orders/http");
        await client.NextAsync(TypeUrls.Cluster, error: "no");
        await UntilAsync(c => c.GetProperty("state").GetString() == "refused");

        var proxies = (await _host.GetAsync("/api/v1/proxies")).GetProperty("proxies").EnumerateArray();

        Assert.Empty(Assert.Single(proxies).GetProperty("errors").EnumerateObject());
    }

    [Fact]
    public async Task Envoy_AsksForEverything_GetsItsOwnFormOfTheSameAndOnlyNamesOfSecrets()
    {
        await using var envoy = await ProxylessClient.StartAsync(_host, "orders", userAgent: "envoy");
        await envoy.AskAsync(TypeUrls.Listener);

        var door = Listener.Parser.ParseFrom(Assert.Single((await envoy.NextAsync(TypeUrls.Listener)).Resources).Value);

        Assert.Equal(("inbound/mesh", 15006u), (door.Name, door.Address.SocketAddress.PortValue));
        Assert.Equal(["spiffe://shop.local/ns/default/sa/storefront"], Allowed(door));
        await UntilAsync(c => c.GetProperty("kind").GetString() == "envoy" && c.GetProperty("state").GetString() == "ready");
        var dump = await _host.GetAsync("/api/v1/config-dump/default/orders?kind=envoy");
        Assert.Equal(("envoy:default/orders", "inbound/mesh"), (dump.GetProperty("profile").GetString(), dump.GetProperty("resources")[0].GetProperty("name").GetString()));
        using var none = await _host.Http.GetAsync("/api/v1/config-dump/default/orders?kind=grpc", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, none.StatusCode);
    }

    private static string Split(int weight) =>
        $"apiVersion: mesh.dev/v1alpha1\nkind: HttpRoute\nmetadata: {{name: split}}\nspec: {{targetRef: {{kind: Mesh}}, to: [{{targetRef: {{kind: Service, name: orders}}, rules: [{{default: {{backendRefs: [{{name: orders, weight: {weight}}}, {{name: payments, weight: 10}}]}}}}]}}]}}\n";

    private static (string, uint) Address(ClusterLoadAssignment endpoints)
    {
        var socket = Assert.Single(Assert.Single(endpoints.Endpoints).LbEndpoints).Endpoint.Address.SocketAddress;
        return (socket.Address, socket.PortValue);
    }

    private static string[] Allowed(Listener listener)
    {
        var manager = listener.FilterChains.Single().Filters.Single().TypedConfig.Unpack<HttpConnectionManager>();
        return [.. manager.HttpFilters[0].TypedConfig.Unpack<HttpRbac>().Rules.Policies.Values.SelectMany(p => p.Principals).Select(p => p.Authenticated.PrincipalName.Exact).Order()];
    }

    private async Task<System.Text.Json.JsonElement> UntilAsync(Func<System.Text.Json.JsonElement, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            foreach (var client in (await _host.GetAsync("/api/v1/clients")).GetProperty("clients").EnumerateArray().Where(condition))
            {
                return client;
            }
        }
    }
}
