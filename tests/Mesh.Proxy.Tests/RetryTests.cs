using System.Net;
using System.Net.Sockets;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow()); // certificates are of today

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", WireProtocol.Http1, 3)]
    [InlineData("GET", WireProtocol.Http2, 3)]
    [InlineData("POST", WireProtocol.Http1, 1)]
    [InlineData("POST", WireProtocol.Http2, 1)]
    [InlineData("PATCH", WireProtocol.Http1, 1)]
    public async Task AppBreaksOffBeforeItAnswers_OnlyIdempotentRequestsAreRepeated(string method, WireProtocol wire, int expected)
    {
        await using var app = await RawApp.StartAsync((socket, _) => Reset(socket));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();

        using var request = new HttpRequestMessage(new HttpMethod(method), pair.Url);
        using var response = await client.SendAsync(request, Stop).InTime();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.StartsWith("upstream_reset", response.Headers.GetValues("mesh-error").First(), StringComparison.Ordinal);
        Assert.Equal(expected, app.Requests);
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task PostOnAKeptConnectionThatBreaks_IsNeverSentTwice(WireProtocol wire)
    {
        // Answers the first request of a connection, breaks off at the second: what a restarting app does to kept connections.
        var charges = 0;
        await using var app = await RawApp.StartAsync(async (socket, _) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            var second = await socket.ReceiveAsync(new byte[4096]);
            if (second > 0)
            {
                Interlocked.Increment(ref charges);
                await Reset(socket);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire, Time = _time }); // a kept connection is kept for seconds only
        using var client = new HttpClient();
        Assert.Equal("ok", await client.GetStringAsync(pair.Url, Stop).InTime());

        using var response = await client.PostAsync(new Uri(pair.Url, "charge"), content: null, Stop).InTime();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(1, charges);
        Assert.Equal(1, app.Requests);
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task DeadReplica_EveryRequestIsAnsweredByAnother(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        pair.Apply(o => o with { Endpoints = [new Endpoint("127.0.0.1", TunnelTests.RefusingPort, "orders-0"), new Endpoint("127.0.0.1", pair.Callee.MeshDoor.Port, "orders-1")] });
        using var client = new HttpClient();

        for (var i = 0; i < 20; i++)
        {
            using var response = await client.PostAsync(pair.Url, new StringContent($"charge {i}"), Stop).InTime();
            Assert.Equal($"charge {i}", await response.Content.ReadAsStringAsync(Stop));
        }
    }

    [Fact]
    public async Task AppOfOneReplicaIsGone_EvenPostsGoToTheOther()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
        });
        var dying = await TestApp.StartAsync(context => context.Response.WriteAsync("dying", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        await using var other = await pair.AddReplicaAsync("orders-2", dying.Address);
        await other.UntilReadyAsync();
        await dying.DisposeAsync();
        using var client = new HttpClient();

        for (var i = 0; i < 12; i++)
        {
            using var response = await client.PostAsync(pair.Url, new StringContent($"charge {i}"), Stop).InTime();
            Assert.Equal($"charge {i}", await response.Content.ReadAsStringAsync(Stop));
        }
    }

    [Fact]
    public async Task StatusThatThePolicyNames_IsRetriedAndTheLastOnePasses()
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(async context =>
        {
            Interlocked.Increment(ref seen);
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync("busy", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Retry = new RetrySettings { On = RetryOn.GatewayError, Attempts = 3, BackOffBase = TimeSpan.FromMilliseconds(1) } });
        using var client = new HttpClient();

        using var get = await client.GetAsync(pair.Url, Stop).InTime();
        var afterGet = seen;
        using var post = await client.PostAsync(pair.Url, new StringContent("x"), Stop).InTime();

        Assert.Equal("busy", await get.Content.ReadAsStringAsync(Stop));
        Assert.False(get.Headers.Contains("mesh-error"));
        Assert.Equal(4, afterGet);
        Assert.Equal(5, seen);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, post.StatusCode);
    }

    [Theory]
    [InlineData(30_000, 3)]
    [InlineData(100_000, 1)]
    public async Task PutBody_IsRepeatedOnlyWhileItFitsTheBuffer(int length, int expected)
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(async context =>
        {
            Interlocked.Increment(ref seen);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            Assert.Equal(length, body.Length);
            context.Response.StatusCode = 500;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Retry = new RetrySettings { On = RetryOn.ServerError, BackOffBase = TimeSpan.Zero } });
        using var client = new HttpClient();

        using var response = await client.PutAsync(pair.Url, new ByteArrayContent(new byte[length]), Stop).InTime();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task AppThatAnswersEarlyAndReadsNoMore_HoldsNoCallOnceItsCallerHasGone(WireProtocol wire)
    {
        var isOver = new TaskCompletionSource();
        await using var app = await RawApp.StartAsync(async (socket, _) =>
        {
            await socket.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await isOver.Task;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using (var caller = await RawHttp.ConnectAsync(pair.Listener))
        {
            await caller.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            _ = caller.SendAsync(new string('x', 64 * 1024 * 1024));
            Assert.StartsWith("HTTP/1.1 413 ", await caller.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);
        }

        await Eventually.IsAsync(() => InFlight(pair) == 0);
        isOver.SetResult();
    }

    [Fact]
    public async Task Budget_EndsRetriesOfAFailingService()
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
            Retry = new RetrySettings { On = RetryOn.ServerError, Attempts = 2, BackOffBase = TimeSpan.Zero },
            Cluster = c => c with { RetryBudget = new RetryBudget { Percent = 20, MinPerSecond = 0 } },
        });
        using var client = new HttpClient();

        for (var i = 0; i < 50; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
        }

        Assert.InRange(seen, 50, 60);
    }

    [Fact]
    public async Task Budget_TotalFailureAt500PerSecond_AFifthMoreReachesTheService()
    {
        const int requests = 1000;
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, Retry = new RetrySettings { On = RetryOn.ServerError, BackOffBase = TimeSpan.Zero } });
        using var client = new HttpClient();

        for (var i = 0; i < requests; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
            _time.Advance(TimeSpan.FromMilliseconds(2));
        }

        Assert.InRange(app.Requests, requests + 1, requests * 12 / 10);
    }

    [Fact]
    public async Task PerTryTimeout_OtherReplicaAnswers()
    {
        var limit = TimeSpan.FromSeconds(2);
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (came.TrySetResult())
            {
                await TestApp.SilentAsync(context);
                return;
            }

            await context.Response.WriteAsync("second", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Time = _time,
            Retry = new RetrySettings { On = RetryOn.GatewayError, PerTryTimeout = limit, BackOffBase = TimeSpan.Zero },
        });
        using var client = new HttpClient();

        var call = client.GetStringAsync(pair.Url, Stop);
        await came.Task.InTime();
        _time.Advance(limit);

        Assert.Equal("second", await call.InTime());
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task RequestTimeout_Is504WithItsPolicy(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(TestApp.SilentAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Wire = wire,
            Timeouts = new RouteTimeouts { Request = TimeSpan.FromMilliseconds(200), Origin = new Model.Origin("Timeout", "default/slow") },
        });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("request_timeout; hop=shop-1; policy=Timeout default/slow", response.Headers.GetValues("mesh-error").Single());
    }

    [Fact]
    public async Task StreamIdle_EndsASilentStream()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await TestApp.SilentAsync(context);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, Timeouts = new RouteTimeouts { StreamIdle = TimeSpan.FromSeconds(2) } });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        var reading = response.Content.ReadAsStringAsync(Stop);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return reading.IsCompleted;
        });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => reading);
    }

    [Theory]
    // the caller's header, the response's header, requests that the app sees
    [InlineData("yes", "yes", 2)]
    [InlineData("no", "yes", 1)]
    [InlineData("yes", "no", 1)]
    public async Task Headers_OfRequestAndResponse_DecideTogether(string request, string response, int expected)
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.Headers["x-again"] = Interlocked.Increment(ref seen) == 1 ? response : "no";
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Retry = new RetrySettings
            {
                BackOffBase = TimeSpan.Zero,
                RequestHeaders = [new("x-may", ValueMatchKind.Exact, "yes")],
                ResponseHeaders = [new("x-again", ValueMatchKind.Exact, "yes")],
            },
        });
        using var client = new HttpClient();
        using var get = new HttpRequestMessage(HttpMethod.Get, pair.Url) { Headers = { { "x-may", request } } };

        using var answer = await client.SendAsync(get, Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("POST", 3)]
    [InlineData("GET", 1)]
    public async Task Methods_OfThePolicy_AreThoseThatAreRepeated(string method, int expected)
    {
        var seen = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            Interlocked.Increment(ref seen);
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Retry = new RetrySettings { On = RetryOn.GatewayError, IdempotentMethods = ["POST"], BackOffBase = TimeSpan.Zero } });
        using var client = new HttpClient();

        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), pair.Url), Stop).InTime();

        Assert.Equal(expected, seen);
    }

    private static int InFlight(ProxyPair pair) =>
        pair.Caller.Services.GetRequiredService<OutboundState>().Tables!.Clusters[ResourceNames.Cluster(ProxyPair.Upstream)].Replicas.Single().InFlight;

    private static Task Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
        return Task.CompletedTask;
    }
}
