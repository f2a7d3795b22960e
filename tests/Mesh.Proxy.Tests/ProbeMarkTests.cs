using System.Net;
using System.Net.Http.Headers;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>Who has a certificate and no sidecar of ours can mark its requests as health checks: what that hides, and what not.</summary>
public sealed class ProbeMarkTests : IDisposable
{
    private const string Counted = "http.server.request.duration";

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(_directory.Path, "access.log");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("POST", "/orders", "", "text/plain", "POST /orders")]
    [InlineData("DELETE", "/orders", null, null, "DELETE /orders")]
    [InlineData("GET", "/orders", "body", "text/plain", "GET /orders")]
    [InlineData("POST", "/grpc.health.v1.Health/Check", "", "text/plain", "POST /{}/Check")]
    [InlineData("POST", "/test.Echo/Call", "", "application/grpc", "gRPC test.Echo/Call")]
    public async Task MarkedRequest_ThatNoHealthCheckMakes_IsACallLikeAnyOther(string method, string path, string? body, string? type, string recorded)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await StartAsync(app);
        using var metrics = new MetricLog(pair.Callee.Services);
        var recording = pair.Callee.Services.GetRequiredService<TrafficRecorder>().Begin("r1");

        await CallAsync(pair, method, path, body, type);

        await Eventually.IsAsync(() => File.Exists(Log));
        Assert.Contains(Counted, metrics.Names);
        Assert.Equal([recorded], recording.Take().Edges.Single().Operations.Keys.Select(key => key.ToString()));
    }

    [Theory]
    [InlineData("GET", "/health", null, null)]
    [InlineData("POST", "/grpc.health.v1.Health/Check", "", "application/grpc")]
    public async Task HealthCheck_IsNobodysCallAndIsWrittenDown(string method, string path, string? body, string? type)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using (var pair = await StartAsync(app))
        {
            using var metrics = new MetricLog(pair.Callee.Services);
            var recording = pair.Callee.Services.GetRequiredService<TrafficRecorder>().Begin("r1");

            await CallAsync(pair, method, path, body, type);

            await Eventually.IsAsync(() => File.Exists(Log));
            Assert.DoesNotContain(Counted, metrics.Names);
            Assert.Empty(recording.Take().Edges);
        }

        Assert.Equal([$"{method} {path} default/shop health-check"], await File.ReadAllLinesAsync(Log, Stop));
    }

    private Task<ProxyPair> StartAsync(TestApp app) => ProxyPair.StartAsync(app.Address, new PairOptions
    {
        InboundLogs = [new AccessLog { Path = Log, Text = "%REQ(:METHOD)% %REQ(:PATH)% %MESH_SOURCE_SERVICE% %REQ(x-mesh-probe)%" }],
    });

    private static async Task CallAsync(ProxyPair pair, string method, string path, string? body, string? type)
    {
        using var client = MeshPeer.Client(pair, HttpVersion.Version20);
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "x-mesh-probe", "health-check" } },
        };
        if (body is not null)
        {
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse(type!));
        }

        using var response = await client.SendAsync(request, Stop).InTime();
    }
}
