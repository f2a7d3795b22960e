using System.Text.Json;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Discovery;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model.Identity;
using Mesh.Testing;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Discovery;

/// <summary>Control plane and discovery client over real TLS, from a file to the sidecar.</summary>
public sealed class DiscoveryTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Service("payments")));
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        await _host.Services.GetRequiredService<MeshCompiler>().FirstPublished.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Sidecar_OfADeclaredService_GetsItsSnapshotAndTheReadyReplicas()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null);
        Assert.Equal("outbound/default/orders/http", Assert.Single(storefront.Sink.Snapshot!.Outbound).Name);

        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.Sink.UntilAsync(s => Allows(s, "storefront"));
        await orders.RegisterAsync(port: 40007);
        await storefront.Sink.UntilAsync(s => s.Endpoints.GetValueOrDefault("default/orders/http") is [{ Port: 40007, Replica: "one" }]);

        await orders.DisposeAsync();
        await storefront.Sink.UntilAsync(s => s.Endpoints["default/orders/http"].IsEmpty);
    }

    [Fact]
    public async Task Sidecar_WhoseNodeIsAnother_IsRefused()
    {
        var other = new NodeId(SpiffeId.ForService(ControlPlaneHost.TrustDomain, new("default", "payments")), "one");
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders", node: other);

        // It goes on asking, and each attempt begins without an error: what was said is read once.
        string? error = null;
        await Eventually.IsAsync(() => _host.Logs.Lines.Any(l => l.Id == 2401) && (error = orders.Client!.Status.LastError)?.Contains("payments", StringComparison.Ordinal) == true);

        Assert.Null(orders.Sink.Snapshot);
        Assert.Contains(_host.Logs.Lines, l => l.Id == 2401);
        Assert.Contains("spiffe://shop.local/ns/default/sa/payments", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_PermissionRevokedTogetherWithABrokenRoute_IsRevoked()
    {
        _directory.Write("policies/rules.yaml", Documents.All(Documents.Permission("to-orders", "orders", "payments"), Documents.Timeout("calm", "orders", "5s")));
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await orders.Sink.UntilAsync(s => Allows(s, "payments"));
        await storefront.Sink.UntilAsync(s => Request(s) == TimeSpan.FromSeconds(5));

        _directory.Write("policies/rules.yaml", Documents.Timeout("calm", "orders", "-5s"));

        await orders.Sink.UntilAsync(s => !Allows(s, "payments"));
        Assert.True(Allows(orders.Sink, "storefront"));
        Assert.Equal(TimeSpan.FromSeconds(5), Request(storefront.Sink));
        var file = (await _host.GetAsync("/api/v1/sources")).GetProperty("files").EnumerateArray().Single(f => f.GetProperty("path").GetString() == "rules.yaml");
        Assert.Equal("last-good", file.GetProperty("state").GetString());
        Assert.Contains("-5s", file.GetProperty("violations")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_PolicyApplied_ReachesTheSidecarAndIsAcknowledged()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null);

        using var body = new StringContent(Documents.Timeout("calm", "orders", "7s"));
        using var answer = await _host.Http.PostAsync("/api/v1/policies", body, TestContext.Current.CancellationToken);

        answer.EnsureSuccessStatusCode();
        await storefront.Sink.UntilAsync(s => Request(s) == TimeSpan.FromSeconds(7));
        await Eventually.IsAsync(() => _host.Services.GetRequiredService<ProxyDirectory>().Proxies is [{ IsCurrent: true, Errors.IsEmpty: true }]);
        var proxy = (await _host.GetAsync("/api/v1/proxies")).GetProperty("proxies")[0];
        Assert.Equal("storefront", proxy.GetProperty("service").GetString());
        Assert.True(proxy.GetProperty("current").GetBoolean());
        Assert.Equal("unregistered", proxy.GetProperty("state").GetString());
        var setting = (await _host.GetAsync("/api/v1/inspect/default/storefront")).GetProperty("settings").EnumerateArray()
            .Single(s => s.GetProperty("setting").GetString() == "timeout.request");
        Assert.Equal("default/calm", setting.GetProperty("origin").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Proxies_SettledAndCurrentAfterAWrite_TheSidecarHasIt()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null);

        for (var seconds = 1; seconds <= 20; seconds++)
        {
            using var body = new StringContent(Documents.Timeout("calm", "orders", $"{seconds}s"));
            using var answer = await _host.Http.PostAsync("/api/v1/policies", body, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            var live = false;
            while (!live)
            {
                var state = await _host.GetAsync("/api/v1/proxies");
                live = state.GetProperty("settled").GetBoolean() && state.GetProperty("proxies").EnumerateArray().All(p => p.GetProperty("current").GetBoolean());
            }

            Assert.Equal(TimeSpan.FromSeconds(seconds), Request(storefront.Sink));
        }
    }

    [Fact]
    public async Task Restart_OfTheControlPlane_TakesNothingFromAnyone()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await using var first = await ConnectedSidecar.StartAsync(_host, "orders", "one");
        await using var second = await ConnectedSidecar.StartAsync(_host, "orders", "two");
        await first.RegisterAsync(40001);
        await second.RegisterAsync(40002);
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null && s.Endpoints.GetValueOrDefault("default/orders/http") is { Length: 2 });
        var snapshots = storefront.Sink.Snapshots.Count;
        var endpoints = storefront.Sink.EndpointHistory.Count;

        // Somewhere else: its port is anybody's as soon as it is free.
        await _host.DisposeAsync();
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        Array.ForEach([storefront, first, second], s => s.MoveTo(_host));
        var proxies = _host.Services.GetRequiredService<ProxyDirectory>();
        await Eventually.IsAsync(() => proxies.Of(storefront.Service).Any(p => p.Stream is not null));

        // One of two comes back first: the other one is not taken from the caller for that.
        await using var firstAgain = await ConnectedSidecar.StartAsync(_host, "orders", "one");
        await firstAgain.RegisterAsync(40001);
        Assert.Equal(endpoints, storefront.Sink.EndpointHistory.Count);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Id == 2310);
        await using var secondAgain = await ConnectedSidecar.StartAsync(_host, "orders", "two");
        await secondAgain.RegisterAsync(40002);
        await Eventually.IsAsync(() => proxies.Of(storefront.Service).Any(p => p.Stream?.Types.ContainsKey(TypeUrls.Listener) == true || p.IsCurrent));

        Assert.All(storefront.Sink.Snapshots.Skip(snapshots), s => Assert.NotEmpty(s.Outbound));
        Assert.All(storefront.Sink.EndpointHistory.Skip(endpoints), e => Assert.Equal(2, e.Endpoints.Length));
    }

    [Fact]
    public async Task Stop_WithOpenStreams_EndsThemAtOnce()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null);
        var lifetime = _host.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>();

        var stopped = _host.DisposeAsync().AsTask();

        // Kestrel alone would wait for its shutdown timeout; the streams end because the process is stopping.
        await stopped.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(lifetime.ApplicationStopped.IsCancellationRequested);
        await Eventually.IsAsync(() => !storefront.Client!.Status.Connected);
        Assert.NotNull(storefront.Sink.Snapshot);
    }

    [Fact]
    public async Task Service_NoLongerDeclared_MayBeCalledByNobody()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.Sink.UntilAsync(s => Allows(s, "storefront"));

        _directory.Write("policies/services.yaml", Documents.Service("payments"));

        await orders.Sink.UntilAsync(s => !Allows(s, "storefront"));
    }

    [Fact]
    public async Task Sidecar_AwayWhileItsServiceWent_IsToldWhenItComesBack()
    {
        _directory.Write("policies/services.yaml", Documents.Service("payments"));
        await Eventually.IsAsync(() => Declared is ["payments"]);

        // Others come and go in the meantime.
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("payments"), Documents.Service("inventory")));
        await Eventually.IsAsync(() => Declared is ["inventory", "payments"]);
        Assert.Equal(2, _host.Services.GetRequiredService<MeshCompiler>().ServedProfiles);
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");

        await orders.Sink.UntilAsync(s => s.Snapshot is { Inbound.IsEmpty: true });
    }

    [Fact]
    public async Task Service_ThatWentAndCameBack_IsServedAgain()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.Sink.UntilAsync(s => Allows(s, "storefront"));
        var before = File.ReadAllText(Path.Combine(_directory.Path, "policies", "services.yaml"));
        _directory.Write("policies/services.yaml", Documents.Service("payments"));
        await orders.Sink.UntilAsync(s => !Allows(s, "storefront"));

        _directory.Write("policies/services.yaml", before);

        await orders.Sink.UntilAsync(s => Allows(s, "storefront"));
    }

    [Fact]
    public async Task ConfigDump_OfAService_IsTheWireAsJson()
    {
        var dump = await _host.GetAsync("/api/v1/config-dump/default/storefront");

        var listener = dump.GetProperty("resources").EnumerateArray().First(r => r.GetProperty("name").GetString() == "outbound/default/orders/http");
        Assert.Equal(JsonValueKind.Object, listener.GetProperty("resource").ValueKind);
        using var reader = new HttpRequestMessage(HttpMethod.Get, new Uri(_host.Addresses.Api!, "/api/v1/config-dump/default/storefront"));
        reader.Headers.Authorization = new("Bearer", ControlPlaneHost.ReaderToken);
        using var client = new HttpClient();
        using var refused = await client.SendAsync(reader, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Metrics_AfterAConnection_CountIt()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await storefront.Sink.UntilAsync(s => s.Snapshot is not null);

        // How long a compilation took is counted after what it made is served.
        var text = await Eventually.GetAsync(
            () => _host.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), said => said.Contains("mesh_compile_duration_seconds_bucket", StringComparison.Ordinal), Deadline);

        Assert.Contains("mesh_proxies_connected", text, StringComparison.Ordinal);
        Assert.Contains("mesh_authority_svids_signed", text, StringComparison.Ordinal);
    }

    private string[] Declared => [.. _host.Services.GetRequiredService<MeshCompiler>().Current!.Mesh.Snapshots.Keys.Select(service => service.Name)];

    private static bool Allows(RecordingSink sink, string service) =>
        sink.Permissions.ForPeers("http").Allow.Any(r => r.Principals.Any(p => p.Matches($"spiffe://shop.local/ns/default/sa/{service}")));

    private static TimeSpan? Request(RecordingSink sink) => sink.Snapshot?.RouteTables.SelectMany(t => t.Rules).FirstOrDefault()?.Timeouts.Request;
}
