using System.Net;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>A request's time begins with the request: neither a silent app nor a silent caller nor a question on the way stands outside of it.</summary>
public sealed class RequestTimeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly Origin Slow = new("Timeout", "default/slow");

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow()); // certificates are of today

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("shop-1", WireProtocol.Http1)]
    [InlineData("shop-1", WireProtocol.Http2)]
    [InlineData("orders-1", WireProtocol.Http1)]
    [InlineData("orders-1", WireProtocol.Http2)]
    public async Task StreamIdle_AppThatNeverBeginsToAnswer_IsEnded(string hop, WireProtocol wire)
    {
        var came = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(context =>
        {
            came.TrySetResult();
            return TestApp.SilentAsync(context);
        });
        await using var pair = await StartAsync(app, hop, wire);
        using var client = new HttpClient();

        var call = client.GetAsync(pair.Url, Stop);
        await came.Task.InTime();
        BeSilent();

        using var response = await call.InTime();
        AssertIdle(response, hop);
    }

    [Theory]
    [InlineData("shop-1")]
    [InlineData("orders-1")]
    public async Task StreamIdle_CallerThatStopsWithinItsBody_IsEnded(string hop)
    {
        var came = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            _ = await context.Request.Body.ReadAsync(new byte[1], context.RequestAborted);
            came.TrySetResult();
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        });
        await using var pair = await StartAsync(app, hop, WireProtocol.Http1);
        using var caller = await RawHttp.ConnectAsync(pair.Listener);

        await caller.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        await came.Task.InTime();
        BeSilent();

        var head = await caller.ReadToAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 504 ", head, StringComparison.Ordinal);
        Assert.Contains($"stream_idle; hop={hop}", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamIdle_BytesThatCome_KeepItAlive()
    {
        var came = new SemaphoreSlim(0);
        await using var app = await TestApp.StartAsync(async context =>
        {
            for (var i = 0; i < 6; i++)
            {
                _ = await context.Request.Body.ReadAsync(new byte[1], context.RequestAborted);
                came.Release();
            }

            await context.Response.WriteAsync("all", context.RequestAborted);
        });
        await using var pair = await StartAsync(app, "shop-1", WireProtocol.Http1);
        using var caller = await RawHttp.ConnectAsync(pair.Listener);

        await caller.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
        for (var i = 0; i < 6; i++)
        {
            await caller.SendAsync("x");
            await came.WaitAsync(Stop).InTime();
            _time.Advance(Limit / 2);
        }

        Assert.EndsWith("all", await caller.ReadToAsync("all"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_BodyThatIsAskedAboutAndDoesNotCome_IsEnded(bool failOpen)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, Rules = [Asking(failOpen, new RouteTimeouts { Request = Limit, Origin = Slow })] });
        using var caller = await RawHttp.ConnectAsync(pair.Listener);

        // The sidecar's 100 says that it waits for the body.
        await caller.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
        await caller.ReadToAsync("HTTP/1.1 100 Continue\r\n\r\n");
        _time.Advance(Limit);

        var head = await caller.ReadToAsync("\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 504 ", head, StringComparison.Ordinal);
        Assert.Contains("request_timeout; hop=shop-1; policy=Timeout default/slow", head, StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task StreamIdle_BodyThatIsAskedAbout_CountsByWhatCame()
    {
        var asked = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            Interlocked.Increment(ref asked);
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, Rules = [Asking(failOpen: false, new RouteTimeouts { StreamIdle = Limit, Origin = Slow })] });
        using var caller = await RawHttp.ConnectAsync(pair.Listener);

        await caller.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
        await caller.ReadToAsync("HTTP/1.1 100 Continue\r\n\r\n");
        BeSilent();

        Assert.Contains("stream_idle; hop=shop-1; policy=Timeout default/slow", await caller.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(0, asked);
    }

    // Looked at four times in the span, and the first look only remembers.
    private void BeSilent()
    {
        for (var i = 0; i < 6; i++)
        {
            _time.Advance(Limit / 4);
        }
    }

    private Task<ProxyPair> StartAsync(TestApp app, string hop, WireProtocol wire) => ProxyPair.StartAsync(app.Address, new PairOptions
    {
        Time = _time,
        Wire = wire,
        Timeouts = hop == "shop-1" ? new RouteTimeouts { StreamIdle = Limit, Origin = Slow } : new(),
        InboundTimeouts = hop == "orders-1" ? new InboundTimeouts { StreamIdle = Limit, Origin = Slow } : new(),
    });

    private static RouteRule Asking(bool failOpen, RouteTimeouts timeouts) =>
        ProxyPair.PassThrough(ResourceNames.Cluster(ProxyPair.Upstream), new PairOptions { Timeouts = timeouts }) with
        {
            Authorization = new RouteAuthorization { Cluster = ResourceNames.Cluster(ProxyPair.Upstream), MaxBody = 1024, FailOpen = failOpen },
        };

    private static void AssertIdle(HttpResponseMessage response, string hop)
    {
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal($"stream_idle; hop={hop}; policy=Timeout default/slow", response.Headers.GetValues("mesh-error").Single());
    }
}
