using System.Collections.Concurrent;
using System.Text;
using Mesh.Model.Bootstrap;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Composition;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mesh.Proxy.Tests.Telemetry;

/// <summary>A whole proxy that sends to a collector of ours.</summary>
[Collection("spans")] // whoever listens to them is heard in the whole process
public sealed class OtlpExportTests : IDisposable
{
    private readonly TemporaryDirectory _state = new();
    private readonly ConcurrentDictionary<string, string> _received = new();

    public void Dispose() => _state.Dispose();

    [Theory]
    [InlineData(
        "grpc",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export")]
    [InlineData("http/protobuf", "/v1/traces", "/v1/metrics", "/v1/logs")]
    public async Task Stop_SpansMetricsAndLogs_ArriveWithTheServicesNameAndHeaders(string protocol, params string[] paths)
    {
        var isGrpc = protocol == "grpc";
        await using var collector = await TestApp.StartAsync(CollectAsync, isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        var telemetry = new TelemetryBootstrap { Endpoint = $"http://{collector.Address}", Protocol = protocol };
        telemetry.Headers = telemetry.Headers.Add("x-api-key", "a key");
        var state = Path.Combine(_state.Path, "state");
        new StateDirectory(state).Prepare();
        await using var writer = new LogWriter(Stream.Null);
        using (var host = ProxyHost.Build(Some.Settings(state) with { ControlPlane = null, Telemetry = telemetry }, writer, services => services.AddSingleton<IHostLifetime, NoSignals>()))
        {
            await host.StartAsync(TestContext.Current.CancellationToken).InTime();
            host.Services.GetRequiredService<ProxyMetrics>().RequestStarted(HopDirection.Outbound);
            HopTracing.Start("GET orders", HopDirection.Outbound, null, null)
                .Stop(new RequestTags { Direction = HopDirection.Outbound, Caller = "default/orders", Callee = "default/stock", Method = "GET", Status = 200 });

            await host.StopAsync(TestContext.Current.CancellationToken).InTime();
        }

        Assert.Equal(paths.Order(StringComparer.Ordinal), _received.Keys.Order(StringComparer.Ordinal));
        Assert.All(_received.Values, body => Assert.Contains("orders-mesh", body, StringComparison.Ordinal));
        Assert.Contains("GET orders", _received[paths[0]], StringComparison.Ordinal);
        Assert.Contains("mesh.active_requests", _received[paths[1]], StringComparison.Ordinal);
        Assert.Contains("There is nothing to do", _received[paths[2]], StringComparison.Ordinal);
    }

    private async Task CollectAsync(HttpContext context)
    {
        Assert.Equal("a key", Uri.UnescapeDataString(context.Request.Headers["x-api-key"].ToString()));
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _received.AddOrUpdate(context.Request.Path, Encoding.UTF8.GetString(body.ToArray()), (_, before) => before + Encoding.UTF8.GetString(body.ToArray()));
        context.Response.ContentType = context.Request.ContentType;
        if (context.Request.Protocol == "HTTP/2")
        {
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
