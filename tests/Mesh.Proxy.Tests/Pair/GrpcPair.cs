using System.Net;
using System.Net.Http.Headers;
using Mesh.Model.Topology;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>An app that speaks gRPC by hand behind a pair of proxies, and a caller that does so too.</summary>
internal sealed class GrpcPair : IAsyncDisposable
{
    private readonly TestApp _app;
    private readonly HttpClient _client = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });

    private GrpcPair(TestApp app, ProxyPair proxies)
    {
        _app = app;
        Proxies = proxies;
    }

    public ProxyPair Proxies { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts all of it; the protocol of the options is gRPC, whatever they say.</summary>
    public static async Task<GrpcPair> StartAsync(RequestDelegate answer, PairOptions? options = null)
    {
        var app = await TestApp.StartAsync(answer, HttpProtocols.Http2);
        return new(app, await ProxyPair.StartAsync(app.Address, (options ?? new PairOptions()) with { Protocol = AppProtocol.Grpc }));
    }

    /// <summary>Calls and waits for the whole answer.</summary>
    public Task<HttpResponseMessage> CallAsync(byte[] message, string? deadline = null, string path = "test.Echo/Call") =>
        _client.SendAsync(Request(new ByteArrayContent(message), deadline, path), Stop);

    /// <summary>Calls and waits for the answer's headers.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpContent content, string? deadline = null, string path = "test.Echo/Call") =>
        _client.SendAsync(Request(content, deadline, path), HttpCompletionOption.ResponseHeadersRead, Stop);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Proxies.DisposeAsync();
        await _app.DisposeAsync();
    }

    private HttpRequestMessage Request(HttpContent content, string? deadline, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Proxies.Url, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        if (deadline is not null)
        {
            request.Headers.Add("grpc-timeout", deadline);
        }

        return request;
    }
}
