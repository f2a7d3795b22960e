using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model.Recording;
using Mesh.Model.Topology;
using Mesh.Recording.V1;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class RecordingsApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/recordings";
    private const string Storefront = "spiffe://shop.local/ns/default/sa/storefront";

    private readonly TemporaryDirectory _directory = new();

    // It stands still once there is something to record: last reports may take as long as they do.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("payments", "orders"), Documents.Service("orders")));
        _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory), _time);
        var compiler = _host.Services.GetRequiredService<MeshCompiler>();
        await Eventually.IsAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(20));
                return compiler.Current is not null;
            },
            "what was declared is served");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Recording_IsToldToSidecars_TakesWhatTheySaw_AndSuggestsPolicies()
    {
        await using var orders = await ConnectedSidecar.StartAsync(_host, "orders");
        await orders.Sink.UntilAsync(sink => sink.Snapshot is not null);

        var begun = await SendAsync(HttpMethod.Post, Path, """{"duration": "10m"}""");
        var id = begun.Body.GetProperty("id").GetString()!;
        await orders.Sink.UntilAsync(sink => sink.Recording is not null);
        await Eventually.IsAsync(async () => (await _host.GetAsync($"{Path}/{id}")).GetProperty("sidecars").EnumerateArray().Select(s => s.GetProperty("acknowledged").GetBoolean()).SequenceEqual([true]), "acknowledged");
        using var sidecar = await FakeSidecar.EnrolledAsync(_host, "orders");
        await ReportAsync(sidecar, id, isFinal: false);
        var ending = SendAsync(HttpMethod.Post, $"{Path}/{id}/end");
        await orders.Sink.UntilAsync(sink => sink.Recording is null);
        await ReportAsync(sidecar, id, isFinal: true);
        var ended = await ending;

        Assert.Equal((HttpStatusCode.Created, id), (begun.Status, orders.Sink.Snapshot is null ? "" : id));
        Assert.Empty(ended.Body.GetProperty("silent").EnumerateArray());
        Assert.Equal(400, ended.Body.GetProperty("requests").GetInt32());
        var yaml = await _host.Http.GetStringAsync($"{Path}/{id}/policies", TestContext.Current.CancellationToken);
        Assert.Contains("# default/orders/http\n# default/storefront: 400 requests\n#   GET /orders/{}  400, p99 ", yaml, StringComparison.Ordinal);
        Assert.Contains("allowOnly:", yaml, StringComparison.Ordinal);
        Assert.Contains("# Declared, and nothing was seen of it: default/payments -> default/orders", yaml, StringComparison.Ordinal);
        var csharp = await _host.Http.GetStringAsync($"{Path}/{id}/policies?format=csharp", TestContext.Current.CancellationToken);
        Assert.Contains("mesh.AllowOnly(storefront, orders, r => { r.Methods = [\"GET\"]; r.PathExpressions = [\"/orders/[^/]+\"]; });", csharp, StringComparison.Ordinal);
        Assert.Contains("storefront.WithMeshTimeout(orders, t => { t.Request = TimeSpan.FromMilliseconds(1000); t.Connect = TimeSpan.FromMilliseconds(500); });", csharp, StringComparison.Ordinal);
        var audited = (await _host.GetAsync("/api/v1/audit")).GetProperty("events").EnumerateArray().Select(e => $"{e.GetProperty("action")} {e.GetProperty("outcome")}");
        Assert.Equal(["record end done", "record done"], audited.Take(2));
    }

    [Fact]
    public async Task Begin_WhileSomebodyRecords_IsAConflictThatNamesThem()
    {
        await SendAsync(HttpMethod.Post, Path);

        var second = await SendAsync(HttpMethod.Post, Path);

        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Contains("admin records already", second.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"duration": "9h"}""", "must be a duration up to 8h, such as 2m, but is \"9h\"")]
    [InlineData("""{"duration": 5}""", "must be a duration up to 8h, such as 2m, but is 5")]
    [InlineData("""{"for": "5m"}""", "must be one JSON object with at most a duration")]
    public async Task Begin_WhatIsWrong_IsRefused(string text, string message)
    {
        var refused = await SendAsync(HttpMethod.Post, Path, text);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(message, refused.Body.GetProperty("violations")[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Everything_WithoutTheScope_IsRefused()
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, Path), (HttpMethod.Post, Path), (HttpMethod.Get, $"{Path}/x"), (HttpMethod.Get, $"{Path}/x/policies"), (HttpMethod.Post, $"{Path}/x/end") })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ControlPlaneHost.ReaderToken);

            using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Fact]
    public async Task Report_OfAnotherService_IsAboutItsOwnCallsAlone()
    {
        var id = (await SendAsync(HttpMethod.Post, Path)).Body.GetProperty("id").GetString()!;
        using var payments = await FakeSidecar.EnrolledAsync(_host, "payments");

        await ReportAsync(payments, id, isFinal: false);
        await ReportAsync(payments, "another", isFinal: false);

        var edge = Assert.Single((await _host.GetAsync($"{Path}/{id}")).GetProperty("edges").EnumerateArray());
        Assert.Equal(("default/payments/http", 200), (edge.GetProperty("callee").GetString(), edge.GetProperty("requests").GetInt32()));
    }

    [Fact]
    public async Task Report_WithoutASvid_IsRefused()
    {
        using var unknown = FakeSidecar.Unknown(_host);

        var refused = await Assert.ThrowsAsync<RpcException>(() => ReportAsync(unknown, "x", isFinal: false));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public void Recording_ThatNobodyHolds_EndsByItself()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var recordings = new Recordings(time, NullLogger<Recordings>.Instance);
        var changes = 0;
        recordings.Changed += () => changes++;

        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(3), "ann", out var recording));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(recordings.Keep(recording.Id));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotNull(recordings.Order);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(recordings.Order);
        Assert.False(recordings.Keep(recording.Id));
        Assert.Equal((2, false), (changes, recordings.Find(recording.Id, [])!.EndedAt is null));
    }

    [Fact]
    public void Recording_HeldForEver_EndsWhenItsTimeIsOver()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var recordings = new Recordings(time, NullLogger<Recordings>.Instance);
        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(2), "ann", out var recording));

        for (var i = 0; i < 13; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            recordings.Keep(recording.Id);
        }

        Assert.Null(recordings.Order);
    }

    [Fact]
    public async Task UntilFinal_SidecarThatIsSilent_IsNamed()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var recordings = new Recordings(time, NullLogger<Recordings>.Instance);
        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(2), "ann", out var recording));
        var (orders, payments) = (new ServiceId("default", "orders"), new ServiceId("default", "payments"));
        recordings.End(recording.Id);

        var waiting = recordings.UntilFinalAsync(recording.Id, [(orders, "one"), (payments, "one")], TimeSpan.FromSeconds(5), new NoRecordingPeers(), TestContext.Current.CancellationToken);
        recordings.Take(recording.Id, orders, "one", new Dictionary<string, AppProtocol>(), [], 0, isFinal: true);
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([(payments, "one")], await waiting);
        Assert.Equal(["default/payments one"], recordings.Find(recording.Id, [])!.Silent);
    }

    [Fact]
    public void Take_MoreEdgesThanThereIsRoomFor_CountsThem()
    {
        using var recordings = new Recordings(TimeProvider.System, NullLogger<Recordings>.Instance);
        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(2), "ann", out var recording));
        const int Services = Recordings.MostEdges / Recordings.MostEdgesOfService;

        for (var i = 0; i < Services; i++)
        {
            Take(recordings, recording.Id, $"s{i}", Recordings.MostEdgesOfService);
        }

        Take(recordings, recording.Id, "late", 7);

        var view = recordings.Find(recording.Id, [])!;
        Assert.Equal((Recordings.MostEdges, 7), (view.Edges.Length, view.UnlistedEdges));
    }

    [Fact]
    public void Take_AServiceThatMakesUpCallers_LeavesRoomForOthers()
    {
        using var recordings = new Recordings(TimeProvider.System, NullLogger<Recordings>.Instance);
        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(2), "ann", out var recording));

        Take(recordings, recording.Id, "liar", Recordings.MostEdges + 7);
        Take(recordings, recording.Id, "orders", 3);

        var view = recordings.Find(recording.Id, [])!;
        Assert.Equal(3, view.Edges.Count(e => e.Callee.Service.Name == "orders"));
        Assert.Equal((Recordings.MostEdgesOfService + 3, Recordings.MostEdges + 7 - Recordings.MostEdgesOfService), (view.Edges.Length, view.UnlistedEdges));
    }

    [Fact]
    public async Task UntilFinal_AServiceThatMakesUpReplicas_IsRememberedForSoManyOnly()
    {
        using var recordings = new Recordings(TimeProvider.System, NullLogger<Recordings>.Instance);
        Assert.True(recordings.TryBegin(TimeSpan.FromMinutes(2), "ann", out var recording));
        var (liar, orders) = (new ServiceId("default", "liar"), new ServiceId("default", "orders"));

        foreach (var service in new[] { liar, orders })
        {
            for (var i = 0; i < (service == liar ? Recordings.MostFinalOfService + 1 : 1); i++)
            {
                recordings.Take(recording.Id, service, $"{i}", new Dictionary<string, AppProtocol>(), [], 0, isFinal: true);
            }
        }

        var missing = await recordings.UntilFinalAsync(recording.Id, [(liar, "0"), (liar, $"{Recordings.MostFinalOfService}"), (orders, "0")], TimeSpan.Zero, new NoRecordingPeers(), TestContext.Current.CancellationToken);
        Assert.Equal([(liar, $"{Recordings.MostFinalOfService}")], missing);
    }

    private static void Take(Recordings recordings, string id, string service, int edges) => recordings.Take(
        id,
        new ServiceId("default", service),
        "one",
        new Dictionary<string, AppProtocol> { ["http"] = AppProtocol.Http },
        Enumerable.Range(0, edges).Select(i => new EdgeRecording($"spiffe://shop.local/ns/default/sa/c{i}", "http") { Refused = 1 }),
        0,
        isFinal: false);

    private static async Task ReportAsync(FakeSidecar sidecar, string id, bool isFinal)
    {
        using var channel = sidecar.Connect();
        await new RecordingService.RecordingServiceClient(channel).ReportAsync(
            new RecordingReport
            {
                Recording = id,
                Replica = "one",
                Final = isFinal,
                Edges =
                {
                    new SeenEdge { Caller = Storefront, Port = "http", Operations = { new SeenOperation { Method = "GET", Path = "/orders/{}", Succeeded = 200, FirstBucket = 10, Durations = { 200 } } } },
                    new SeenEdge { Caller = Storefront, Port = "none", Connections = 1 },
                },
            },
            cancellationToken: TestContext.Current.CancellationToken).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? text = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = text is null ? null : new StringContent(text, Encoding.UTF8, "application/json") };
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (response.StatusCode, body.RootElement.Clone());
    }
}
