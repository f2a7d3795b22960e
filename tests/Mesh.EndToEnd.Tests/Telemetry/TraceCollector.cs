using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>The collector's endpoint: gRPC in clear text on loopback.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TraceReceiver _receiver = new();

    private TraceCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_receiver);
        _app = builder.Build();
        _app.MapGrpcService<TraceReceiver>();
    }

    public string Url => _app.Urls.Single();

    public static async Task<TraceCollector> StartAsync()
    {
        var collector = new TraceCollector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The spans of a trace, once there are as many as are waited for.</summary>
    public Task<ReceivedSpan[]> TraceAsync(string traceId, Func<ReceivedSpan[], bool> complete) => Eventually.GetAsync(
        () => Task.FromResult(_receiver.Spans.Where(s => s.TraceId == traceId).ToArray()),
        complete,
        TimeSpan.FromSeconds(30),
        spans => string.Join('\n', spans.Select(s => $"{s.SpanId} under {s.ParentId}: {s.Service}: {s.Name}")));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
