using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Registration.V1;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Api;

/// <summary>Which endpoints there are, and which callers leave them out.</summary>
public sealed class EndpointsApiTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    private ReplicaRegistry Registry => _host.Services.GetRequiredService<ReplicaRegistry>();

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders", "stripe"), Documents.Service("orders"), """
            apiVersion: mesh.dev/v1alpha1
            kind: ExternalService
            metadata: { name: stripe }
            spec: { ports: [{ name: https, protocol: https, host: api.stripe.test, port: 443 }] }
            """));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Endpoints_LeftOutByACaller_NameItWithItsReason()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders", "orders-1");
        await orders.RegisterAsync();
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront", "storefront-1");
        await storefront.RegisterAsync(40002, ready: false, leftOut:
        [
            LeftOut("default/orders/http", "orders-1"),
            new() { Cluster = "default/stripe/https", Replica = "api.stripe.test:443", By = LeftOutBy.HealthCheck, Reason = "there was no answer within 1 s" },
        ]);
        await Eventually.IsAsync(() => Registry.Replicas.Length == 2, "both registered");

        var endpoints = await EndpointsAsync();

        Assert.Equal(
            [
                "default/orders/http orders-1 127.0.0.1:40001 ready: default/storefront#storefront-1 ejected gateway failures 2026-01-02",
                "default/storefront/http storefront-1 127.0.0.1:40002 waiting: ",
                "default/stripe/https api.stripe.test:443  outside: default/storefront#storefront-1 unhealthy there was no answer within 1 s ",
            ],
            endpoints);
        var proxy = (await _host.GetAsync("/api/v1/proxies")).GetProperty("proxies").EnumerateArray().Single(p => p.GetProperty("replica").GetString() == "storefront-1");
        Assert.Equal(["default/orders/http", "default/stripe/https"], proxy.GetProperty("leavesOut").EnumerateArray().Select(o => o.GetProperty("upstream").GetString()));
        using var http = _host.Client(ControlPlaneHost.ReaderToken);
        var page = await http.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("title=\"default/storefront#storefront-1: ejected, gateway failures\">left out by storefront-1", page, StringComparison.Ordinal);
        Assert.Contains("api.stripe.test:443 <span class=\"soft\">https</span></span>", page, StringComparison.Ordinal);
        Assert.Contains("mesh_replicas_left_out", await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_CallerIsGoneOrSaysSoNoMore_AreLeftOutByNobody()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders", "orders-1");
        await orders.RegisterAsync();
        await using (var storefront = await ConnectedSidecar.StartAsync(_host, "storefront", "storefront-1"))
        {
            await storefront.RegisterAsync(40002, leftOut: [LeftOut("default/orders/http", "orders-1")]);
            await Eventually.IsAsync(async () => (await EndpointsAsync()).Any(e => e.Contains("#storefront-1", StringComparison.Ordinal)), "the caller");
            await storefront.RegisterAsync(40002);
            await Eventually.IsAsync(async () => !(await EndpointsAsync()).Any(e => e.Contains("#storefront-1", StringComparison.Ordinal)), "nobody");
            await storefront.RegisterAsync(40002, leftOut: [LeftOut("default/orders/http", "orders-1")]);
            await Eventually.IsAsync(async () => (await EndpointsAsync()).Any(e => e.Contains("#storefront-1", StringComparison.Ordinal)), "the caller");
        }

        await Eventually.IsAsync(() => Registry.Replicas.Length == 1, "the caller is gone");
        Assert.Equal(["default/orders/http orders-1 127.0.0.1:40001 ready: "], await EndpointsAsync());
    }

    [Fact]
    public async Task Report_OfWhateverASidecarMakesUp_TakesABoundedPlaceAndTheStreamLives()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront", "storefront-1");

        await storefront.RegisterAsync(40002, leftOut:
        [
            new() { Cluster = "no port", Replica = "orders-1" },
            new() { Cluster = "default/orders/http", Replica = "" },
            new() { Cluster = "default/orders/http", Replica = new string('r', 254) },
            new() { Cluster = "default/orders/http", Replica = "orders-1", Reason = new string('y', 10_000), Since = new Timestamp { Seconds = long.MaxValue, Nanos = -1 } },
            .. Enumerable.Range(0, 1000).Select(i => LeftOut("default/orders/http", $"orders-{i}")),
        ]);

        await Eventually.IsAsync(() => Registry.Replicas is [{ Upstreams.LeftOut.Length: > 0 }], "registered");
        var report = Registry.Replicas[0].Upstreams;
        Assert.Equal((253, 748), (report.LeftOut.Length, report.More));
        Assert.Equal((200, (DateTimeOffset?)null), (report.LeftOut[0].Reason.Length, report.LeftOut[0].Since));
    }

    private static LeftOutReplica LeftOut(string cluster, string replica) => new()
    {
        Cluster = cluster,
        Replica = replica,
        By = LeftOutBy.OutlierDetection,
        Reason = "gateway failures",
        Until = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).ToTimestamp(),
    };

    private async Task<string[]> EndpointsAsync() => [.. (await _host.GetAsync("/api/v1/endpoints")).GetProperty("endpoints").EnumerateArray().Select(Text)];

    private static string Text(JsonElement endpoint)
    {
        var by = endpoint.GetProperty("leftOutBy").EnumerateArray().Select(o => $"{o.GetProperty("name")} {o.GetProperty("state")} {o.GetProperty("reason")} {(o.GetProperty("until").GetString() ?? "").Split('T')[0]}");
        return $"{endpoint.GetProperty("namespace")}/{endpoint.GetProperty("service")}/{endpoint.GetProperty("port")} {endpoint.GetProperty("replica")} {endpoint.GetProperty("address")} {endpoint.GetProperty("state")}: {string.Join(", ", by)}";
    }
}
