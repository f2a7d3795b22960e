using System.Net;
using System.Net.WebSockets;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>Under <c>maxConnections</c> no request waits for a connection that nobody uses, whichever way it goes.</summary>
public sealed class ConnectionSlotTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("chunked", "caller")]
    [InlineData("websocket", "caller")]
    [InlineData("chunked", "callee")]
    [InlineData("websocket", "callee")]
    public async Task KeptConnection_MakesRoomForARequestOfAnotherKind(string kind, string side)
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await StartAsync(app, side, 1);
        using var client = new HttpClient();
        Assert.Equal("hello", await client.GetStringAsync(new Uri(pair.Url, "?hello"), Stop).InTime());

        await AskAsync(pair, client, kind);
    }

    [Theory]
    [InlineData("caller")]
    [InlineData("callee")]
    public async Task ConnectionOfAChunkedRequest_MakesRoomForAPlainOne(string side)
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await StartAsync(app, side, 1);
        using var client = new HttpClient();
        await AskAsync(pair, client, "chunked");

        Assert.Equal("hello", await client.GetStringAsync(new Uri(pair.Url, "?hello"), Stop).InTime());
    }

    [Fact]
    public async Task ConnectionOfHttp2_LeavesRoomForOneOfHttp1()
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await StartAsync(app, "caller", 1, WireProtocol.Http2);
        using var client = new HttpClient();
        Assert.Equal("one", await client.GetStringAsync(new Uri(pair.Url, "?one"), Stop).InTime());

        await AskAsync(pair, client, "websocket");

        pair.Apply(o => o with { Wire = WireProtocol.Http1 });
        Assert.Equal("two", await client.GetStringAsync(new Uri(pair.Url, "?two"), Stop).InTime());
    }

    [Fact]
    public async Task ConnectionThatIsBusy_IsTheChunkedRequestsWhenItComesBack()
    {
        await using var app = await HoldingApp.StartAsync();
        await using var pair = await ProxyPair.StartAsync(app.Address, Limited(new() { Connections = 1, Pending = 1 }));
        using var client = new HttpClient();
        var first = client.GetAsync(pair.Url, Stop);
        await app.HasAsync(1);
        var second = client.SendAsync(Chunked(pair), Stop);
        await Eventually.IsAsync(() => Breaker(pair).Connections.Pending.Remaining == 0);

        using (var third = await client.SendAsync(Chunked(pair), Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
            Assert.Contains("maxPendingRequests", await third.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        app.Release();
        Assert.All(await Task.WhenAll(first, second).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(2, app.Seen);
        Assert.Equal(1, Breaker(pair).Connections.Pending.Remaining);
    }

    private static async Task AskAsync(ProxyPair pair, HttpClient client, string kind)
    {
        if (kind == "chunked")
        {
            using var response = await client.SendAsync(Chunked(pair), Stop).InTime();
            Assert.Equal("chunked", await response.Content.ReadAsStringAsync(Stop));
            return;
        }

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Stop).InTime();
    }

    private static HttpRequestMessage Chunked(ProxyPair pair) => new(HttpMethod.Post, pair.Url) { Content = new StringContent("chunked"), Headers = { TransferEncodingChunked = true } };

    private static async Task EchoAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[16], context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        await context.Response.WriteAsync(context.Request.QueryString.Value!.TrimStart('?'), context.RequestAborted);
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task<ProxyPair> StartAsync(TestApp app, string side, int connections, WireProtocol wire = WireProtocol.Http1) => ProxyPair.StartAsync(
        app.Address,
        side == "caller"
            ? Limited(new() { Connections = connections }) with { Wire = wire }
            : new PairOptions { Wire = wire, Concurrency = [new() { Connections = connections, Origin = new Origin("CircuitBreaker", "default/orders") }] });

    private static PairOptions Limited(ConnectionLimits limits) => new()
    {
        Wire = WireProtocol.Http1,
        Cluster = c => c with { Limits = limits with { Origin = new Origin("CircuitBreaker", "default/orders") } },
    };

    private static Breaker Breaker(ProxyPair pair) => pair.Caller.Services.GetRequiredService<OutboundState>().Tables!.Clusters[ResourceNames.Cluster(ProxyPair.Upstream)].Breaker!;
}
