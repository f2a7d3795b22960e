using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Mesh.EndToEnd.Tests.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>An OTLP collector on loopback, over gRPC or HTTP, in clear text or with TLS.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _key;

    private Collector(bool isGrpc, X509Certificate2? certificate, string? key)
    {
        _key = key;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Received);
        _app = builder.Build();
        _app.Use(CheckKeyAsync);
        if (isGrpc)
        {
            _app.MapGrpcService<TraceReceiver>();
            _app.MapGrpcService<LogReceiver>();
            _app.MapGrpcService<MetricReceiver>();
        }
        else
        {
            _app.MapPost("/v1/traces", context => TakeAsync(context, bytes => Received.Take(ExportTraceServiceRequest.Parser.ParseFrom(bytes))));
            _app.MapPost("/v1/logs", context => TakeAsync(context, bytes => Received.Take(ExportLogsServiceRequest.Parser.ParseFrom(bytes))));
            _app.MapPost("/v1/metrics", context => TakeAsync(context, bytes => Received.Take(ExportMetricsServiceRequest.Parser.ParseFrom(bytes))));
        }
    }

    public ReceivedTelemetry Received { get; } = new();

    /// <summary>By the name that its certificate carries.</summary>
    public string Url => _app.Urls.Single().Replace("https://127.0.0.1", "https://localhost", StringComparison.Ordinal);

    /// <summary>Starts it.</summary>
    /// <param name="isGrpc">Or HTTP with protobuf.</param>
    /// <param name="certificate">TLS.</param>
    /// <param name="key">What exports have to have as <c>x-otlp-api-key</c>.</param>
    public static async Task<Collector> StartAsync(bool isGrpc = true, X509Certificate2? certificate = null, string? key = null)
    {
        var collector = new Collector(isGrpc, certificate, key);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>The spans of a trace, once there are as many as are waited for.</summary>
    public Task<ReceivedSpan[]> TraceAsync(string traceId, Func<ReceivedSpan[], bool> complete) => Eventually.GetAsync(
        () => Task.FromResult(Received.Spans.Where(s => s.TraceId == traceId).ToArray()),
        complete,
        TimeSpan.FromSeconds(30),
        spans => string.Join('\n', spans.Select(s => $"{s.SpanId} under {s.ParentId}: {s.Service}: {s.Name}")));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task CheckKeyAsync(HttpContext context, RequestDelegate next)
    {
        if (_key is null || context.Request.Headers["x-otlp-api-key"] == _key)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static async Task TakeAsync(HttpContext context, Action<ByteString> take)
    {
        take(await ByteString.FromStreamAsync(context.Request.Body, context.RequestAborted));
        context.Response.ContentType = "application/x-protobuf";
    }
}
