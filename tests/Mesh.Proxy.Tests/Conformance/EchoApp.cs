using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>One replica of an echo service: answers every request with what it saw, unless a test has it do something else. gRPC calls get it as their message.</summary>
internal sealed class EchoApp : IAsyncDisposable
{
    private readonly string _service;
    private readonly int _replica;
    private TestApp _http = null!;
    private TestApp _http2 = null!;

    private EchoApp(string service, int replica) => (_service, _replica) = (service, replica);

    /// <summary>What it does first; <see langword="true"/>: that was the answer.</summary>
    public Func<HttpContext, ValueTask<bool>>? First { get; set; }

    /// <summary>What it saw.</summary>
    public Channel<Echo> Seen { get; private set; } = Channel.CreateUnbounded<Echo>();

    /// <summary>Where it speaks HTTP/1.1.</summary>
    public IPEndPoint Http => _http.Address;

    /// <summary>Where it speaks HTTP/2.</summary>
    public IPEndPoint Http2 => _http2.Address;

    public static async Task<EchoApp> StartAsync(string service, int replica)
    {
        var app = new EchoApp(service, replica);
        app._http = await TestApp.StartAsync(app.AnswerAsync);
        app._http2 = await TestApp.StartAsync(app.AnswerAsync, HttpProtocols.Http2);
        return app;
    }

    /// <summary>Forgets what a test had it do.</summary>
    public void Reset() => (First, Seen) = (null, Channel.CreateUnbounded<Echo>());

    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync();
        await _http2.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        if (First is { } first && await first(context))
        {
            return;
        }

        var isGrpc = context.Request.ContentType == "application/grpc";
        var request = context.Request;
        var echo = new Echo(
            _service, _replica, request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget, request.Host.Value ?? "", request.Protocol,
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()), isGrpc ? "" : await reader.ReadToEndAsync(context.RequestAborted));
        Seen.Writer.TryWrite(echo);
        var answer = JsonSerializer.SerializeToUtf8Bytes(echo);
        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(GrpcFrame.Of(answer), context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }
}
