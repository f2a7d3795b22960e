using System.Net;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Microsoft.Extensions.DependencyInjection;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>What is over a limit is answered at once, and what comes behind it passes again.</summary>
public sealed class CircuitBreakerTests
{
    private static readonly Origin Origin = new("CircuitBreaker", "default/orders", "orders.yaml:4");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task MaxRequests_OneTooMany_Is503WithThePolicyAndTheNextPasses(WireProtocol wire)
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Requests = 2 }, wire);
        using var client = new HttpClient();
        var held = new[] { client.GetAsync(pair.Url, Stop), client.GetAsync(pair.Url, Stop) };
        await gate.HasAsync(2);

        using (var refused = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("upstream_overflow; hop=shop-1; policy=CircuitBreaker default/orders (orders.yaml:4)", refused.Headers.GetValues("mesh-error").Single());
            Assert.Contains("maxRequests", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        gate.Release();
        Assert.All(await Task.WhenAll(held).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        using var next = await client.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        await Eventually.IsAsync(() => Breaker(pair).Requests.Remaining == 2); // the caller has its answer a moment before
        Assert.Equal([("requests", 2, 1L)], Breaker(pair).Read());
    }

    [Fact]
    public async Task MaxRequests_Grpc_IsUnavailable()
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Requests = 1 }, WireProtocol.Auto);
        using var client = new HttpClient();
        var held = client.GetAsync(pair.Url, Stop);
        await gate.HasAsync(1);

        using var call = new HttpRequestMessage(HttpMethod.Post, pair.Url) { Content = new ByteArrayContent([]) };
        call.Content.Headers.ContentType = new("application/grpc");
        using var refused = await client.SendAsync(call, Stop).InTime();

        Assert.Equal("14", refused.Headers.GetValues("grpc-status").Single());
        gate.Release();
        using var passed = await held.InTime();
    }

    [Fact]
    public async Task MaxConnections_OneMoreRequest_WaitsForTheConnectionThatComesBack()
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Connections = 1, Pending = 1 }, WireProtocol.Http1);
        using var client = new HttpClient();
        var first = client.GetAsync(pair.Url, Stop);
        await gate.HasAsync(1);
        var breaker = Breaker(pair);
        var second = client.GetAsync(pair.Url, Stop);
        await Eventually.IsAsync(() => breaker.Connections.Pending.Remaining == 0);

        using (var third = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
            Assert.Contains("maxPendingRequests", await third.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        Assert.Equal(1, gate.Seen);
        gate.Release();
        Assert.All(await Task.WhenAll(first, second).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(0, breaker.Connections.Remaining); // the one that is kept
        Assert.Equal(1, breaker.Connections.Pending.Remaining);
    }

    [Fact]
    public async Task MaxConnections_ConnectionThatBreaks_MakesRoomForWhoWaits()
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Connections = 1 }, WireProtocol.Http1);
        using var client = new HttpClient();
        using var giveUp = new CancellationTokenSource();
        var first = client.GetAsync(pair.Url, giveUp.Token);
        await gate.HasAsync(1);
        var second = client.GetAsync(pair.Url, Stop);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.InTime());
        await gate.HasAsync(2);
        gate.Release();

        using var answer = await second.InTime();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task MaxConnections_WhoWaitsGivesUp_NothingIsLost()
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Connections = 1, Pending = 2 }, WireProtocol.Http1);
        using var client = new HttpClient();
        using var giveUp = new CancellationTokenSource();
        var first = client.GetAsync(pair.Url, Stop);
        await gate.HasAsync(1);
        var breaker = Breaker(pair);
        var second = client.GetAsync(pair.Url, giveUp.Token);
        await Eventually.IsAsync(() => breaker.Connections.Pending.Remaining == 1);
        await giveUp.CancelAsync();
        await Eventually.IsAsync(() => breaker.Connections.Pending.Remaining == 2);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.InTime());

        gate.Release();
        using var one = await first.InTime();
        using var another = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
        Assert.Equal(0, breaker.Connections.Remaining);
    }

    [Fact]
    public async Task MaxRetries_None_TheFirstAnswerPasses()
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            Interlocked.Increment(ref seen);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Retry = new RetrySettings { On = RetryOn.ServerError, BackOffBase = TimeSpan.Zero },
            Cluster = c => c with { Limits = new() { Retries = 0, Origin = Origin } },
        });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.False(response.Headers.Contains("mesh-error"));
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task MaxRetries_One_IsGivenBackEachTime()
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            Interlocked.Increment(ref seen);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Retry = new RetrySettings { On = RetryOn.ServerError, BackOffBase = TimeSpan.Zero },
            Cluster = c => c with { Limits = new() { Retries = 1, Origin = Origin } },
        });
        using var client = new HttpClient();

        for (var i = 0; i < 2; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
            await Eventually.IsAsync(() => Breaker(pair).Retries.Remaining == 1); // the caller has its answer a moment before
        }

        Assert.Equal(6, seen);
        Assert.Equal([("retries", 1, 0L)], Breaker(pair).Read());
    }

    [Fact]
    public async Task MaxConnections_OfTcp_ClosesTheNextAndTakesOneWhenItsTurnIsOver()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            await socket.ReceiveAsync(new byte[1]);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp, Cluster = c => c with { Limits = new() { Connections = 1, Origin = Origin } } });
        using (var open = await SayAsync(pair))
        {
            Assert.Equal(1, await open.ReceiveAsync(new byte[1], Stop).AsTask().InTime());
            await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(async () =>
            {
                // It may be closed before anything was said, or when an answer is waited for.
                using var refused = await SayAsync(pair);
                if (await refused.ReceiveAsync(new byte[1], Stop).AsTask().InTime() == 0)
                {
                    throw new System.Net.Sockets.SocketException();
                }
            });
        }

        await Eventually.IsAsync(() => Breaker(pair).Connections.Remaining == 1);
        using var next = await SayAsync(pair);
        Assert.Equal(1, await next.ReceiveAsync(new byte[1], Stop).AsTask().InTime());
    }

    [Fact]
    public async Task Limits_Change_HoldFromTheNextRequestOn()
    {
        await using var gate = await HoldingApp.StartAsync();
        await using var pair = await PairAsync(gate.Address, new() { Requests = 1 }, WireProtocol.Auto);
        using var client = new HttpClient();
        var first = client.GetAsync(pair.Url, Stop);
        await gate.HasAsync(1);

        pair.Apply(o => o with { Cluster = null });
        var second = client.GetAsync(pair.Url, Stop);
        await gate.HasAsync(2);
        gate.Release();

        Assert.All(await Task.WhenAll(first, second).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    private static Task<ProxyPair> PairAsync(IPEndPoint app, ConnectionLimits limits, WireProtocol wire) =>
        ProxyPair.StartAsync(app, new PairOptions { Wire = wire, Cluster = c => c with { Limits = limits with { Origin = Origin } } });

    private static Breaker Breaker(ProxyPair pair) => pair.Caller.Services.GetRequiredService<OutboundState>().Tables!.Clusters[ResourceNames.Cluster(ProxyPair.Upstream)].Breaker!;

    private static async Task<System.Net.Sockets.Socket> SayAsync(ProxyPair pair)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(pair.Listener, Stop).AsTask().InTime();
        await socket.SendAsync(new byte[1], Stop).AsTask().InTime();
        return socket;
    }
}
