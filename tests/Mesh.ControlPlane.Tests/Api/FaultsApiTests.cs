using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Testing;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class FaultsApiTests : IAsyncLifetime
{
    private const string Faults = "/api/v1/faults";
    private const string Abort = """{"to": "orders/http", "from": ["storefront"], "duration": "10m", "abort": {"httpStatus": 503, "percent": 50}}""";

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/a.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("payments", "orders"), Documents.Service("orders")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Begin_TellsTheSidecarsThatItConcerns_UntilItIsEnded()
    {
        await using var storefront = await ConnectedSidecar.StartAsync(_host, "storefront");
        await using var payments = await ConnectedSidecar.StartAsync(_host, "payments");
        await payments.Sink.UntilAsync(sink => sink.Snapshot is not null);

        var begun = await SendAsync(HttpMethod.Post, Faults, Abort);

        Assert.Equal(HttpStatusCode.Created, begun.Status);
        await storefront.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);
        var told = Assert.Single(storefront.Sink.Faults);
        var id = begun.Body.GetProperty("id").GetString()!;
        Assert.Equal((id, "admin", "default/orders/http", 503, 50d), (told.Id, told.By, told.Upstream.ToString(), told.Effects.Abort!.HttpStatus, told.Effects.Abort.Percent));
        await UntilAcknowledgedAsync(id);
        Assert.Empty(payments.Sink.Faults);
        Assert.Equal("orders/http", Assert.Single((await _host.GetAsync(Faults)).GetProperty("faults").EnumerateArray()).GetProperty("to").GetString());
        var page = await _host.Http.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains(id, page, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, $"{Faults}/{id}")).Status);
        await storefront.Sink.UntilAsync(sink => sink.Faults.IsEmpty);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, $"{Faults}/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"{Faults}/{id}")).Status);
        Assert.Single(storefront.Sink.Snapshots);
        var audited = (await _host.GetAsync("/api/v1/audit")).GetProperty("events").EnumerateArray().Select(e => $"{e.GetProperty("action")} {e.GetProperty("outcome")}");
        Assert.Equal(["fault end done", "fault done"], audited.Take(2));
    }

    [Fact]
    public async Task Begin_EverythingWrong_IsToldAtOnceWithItsCure()
    {
        var refused = await SendAsync(HttpMethod.Post, Faults, """
            {"to": "a/b/c/d", "form": ["x"], "duration": "2h", "matches": [{"method": "get"}], "delay": {"fixed": "5", "percent": 0}, "abort": {"httpStatus": 99, "grpcStatus": "UNAVAILBLE"}}
            """);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(
            [
                "form: is not a field here; did you mean from?",
                "delay.fixed: must be a duration such as 500ms, 5s, 1m or 1h but is \"5\"",
                "abort.grpcStatus: must be CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS or UNAUTHENTICATED but is \"UNAVAILBLE\"; did you mean UNAVAILABLE?",
                "to: must be service, service/port or namespace/service/port but is \"a/b/c/d\"",
                "duration: must be at most 1h but is 2h; ask again when it has ended",
                "matches[0].method: must be GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH but is \"get\"; did you mean GET?",
                "delay.percent: must be above 0 (at least 0.0001) and at most 100 but is 0; leave it out for all",
                "abort.httpStatus: must be between 200 and 599 but is 99",
            ],
            Violations(refused.Body));
    }

    [Theory]
    [InlineData("""{"duration": "1m", "abort": {"reset": true}}""", "to: is missing; add it")]
    [InlineData("""{"to": "orders", "abort": {"reset": true}}""", "duration: is missing; add it")]
    [InlineData("""{"to": "orders", "duration": "1m"}""", "(document): says nothing that goes wrong; add delay, abort, response or tcp")]
    [InlineData("""{"to": "orders", "duration": "1m", "tcp": {"latency": "1s"}}""", "to: is \"orders\", which speaks HTTP there: tcp is for connections of tcp ports; use delay, abort or response")]
    [InlineData("""{"to": "orders", "duration": "1m", "tcp": {"jitter": "1s", "limitBytes": -1, "percent": 50}}""", "tcp.jitter: must have a latency beside it that is at least as long; it is added and taken away", "tcp.limitBytes: must not be negative but is -1")]
    [InlineData("""{"to": "orders", "duration": "1m", "response": {"bytesPerSecond": 0, "cutAfter": -1}}""", "response.bytesPerSecond: must be at least 1 but is 0", "response.cutAfter: must not be negative but is -1; 0 cuts behind the head")]
    [InlineData("""{"to": "order", "duration": "1m", "abort": {"reset": true}}""", "to: is \"order\", which is no service; did you mean default/orders?")]
    [InlineData("""{"to": "payments", "duration": "1m", "abort": {"reset": true}}""", "to: is \"payments\", which nobody uses, so nothing would be hit; declare who uses it")]
    [InlineData("""{"to": "orders/grpc", "duration": "1m", "abort": {"reset": true}}""", "to: names port \"grpc\", which nobody uses; use http")]
    [InlineData("""{"to": "orders", "from": ["store"], "duration": "1m", "abort": {"reset": true}}""", "from[0]: is \"store\", which is no service; see GET /api/v1/services")]
    [InlineData("""{"to": "orders", "from": ["orders"], "duration": "1m", "abort": {"reset": true}}""", "from[0]: is \"orders\", which does not use orders, so nothing would be hit; leave it out, or declare the use")]
    [InlineData("""{"to": "orders", "duration": "1m", "delay": {"fixed": "1s", "max": "2s"}}""", "delay.fixed: stands beside min or max; keep the one or the others")]
    [InlineData("""{"to": "orders", "duration": "1m", "abort": {"reset": true, "httpStatus": 500}}""", "abort: must say exactly one of httpStatus, grpcStatus and reset: true")]
    [InlineData("[]", "(request): must be one JSON object with to, duration and what goes wrong")]
    public async Task Begin_WhatWouldHitNothing_IsRefused(string text, params string[] violations)
    {
        var refused = await SendAsync(HttpMethod.Post, Faults, text);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(violations, Violations(refused.Body));
        Assert.Empty((await _host.GetAsync(Faults)).GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task Begin_WithoutTheScope_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Faults) { Content = new StringContent(Abort, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ControlPlaneHost.ReaderToken);

        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Begin_TooMany_IsAConflict()
    {
        for (var i = 0; i < FaultLeases.MostAtATime; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, Faults, Abort)).Status);
        }

        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Post, Faults, Abort)).Status);
    }

    [Fact]
    public async Task Fault_OfAProxylessClient_IsTheStandardFilter()
    {
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");
        var listener = await client.GetAsync(TypeUrls.Listener, "orders", Listener.Parser);
        Assert.Single(Filters(listener));

        await SendAsync(HttpMethod.Post, Faults, Abort);

        Assert.Equal(["envoy.filters.http.fault", "envoy.filters.http.router"], Filters(await client.UntilAsync(TypeUrls.Listener, Listener.Parser)));
    }

    [Fact]
    public async Task Fault_SurvivesANewCompilation_AndNoRestart()
    {
        string id;
        await using (var storefront = await ConnectedSidecar.StartAsync(_host, "storefront"))
        {
            id = (await SendAsync(HttpMethod.Post, Faults, Abort)).Body.GetProperty("id").GetString()!;
            await storefront.Sink.UntilAsync(sink => !sink.Faults.IsEmpty);
            var before = storefront.Sink.Snapshots.Count;

            _directory.Write("policies/b.yaml", Documents.Timeout("calm", "orders", "5s"));
            await storefront.Sink.UntilAsync(sink => sink.Snapshots.Count > before);
            Assert.Single(storefront.Sink.Faults);
            Assert.Single((await _host.GetAsync(Faults)).GetProperty("faults").EnumerateArray());
        }

        await _host.DisposeAsync();
        Assert.DoesNotContain(Directory.EnumerateFiles(_directory.Path, "*", SearchOption.AllDirectories), file => !file.EndsWith("audit.jsonl", StringComparison.Ordinal)
            && File.ReadAllText(file).Contains(id, StringComparison.Ordinal));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
        Assert.Empty((await _host.GetAsync(Faults)).GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task Lease_EndsByItself()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = ActivatorUtilities.CreateInstance<Insight.ControlPlaneMetrics>(meters);
        using var leases = new FaultLeases(metrics, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<FaultLeases>.Instance);
        var changes = 0;
        leases.Changed += () => changes++;

        leases.Begin(new() { To = "orders", Duration = TimeSpan.FromMinutes(1) }, "ann");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((1, 1), (leases.Live.Length, changes));
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((0, 2), (leases.Live.Length, changes));
    }

    private static string[] Filters(Listener listener) => [.. listener.ApiListener.ApiListener_.Unpack<HttpConnectionManager>().HttpFilters.Select(filter => filter.Name)];

    private static string[] Violations(JsonElement problem) =>
        [.. problem.GetProperty("violations").EnumerateArray().Select(v => $"{v.GetProperty("path").GetString()}: {v.GetProperty("message").GetString()}")];

    private Task UntilAcknowledgedAsync(string id) => Eventually.IsAsync(
        async () => (await _host.GetAsync($"{Faults}/{id}")).GetProperty("sidecars").EnumerateArray().Select(s => s.GetProperty("acknowledged").GetBoolean()).SequenceEqual([true]),
        $"fault {id} acknowledged");

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? text = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = text is null ? null : new StringContent(text, Encoding.UTF8, "application/json") };
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }
}
