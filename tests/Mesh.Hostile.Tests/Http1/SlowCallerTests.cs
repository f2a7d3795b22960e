using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Hostile.Tests.Servers;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Hostile.Tests.Http1;

/// <summary>Callers that hold a connection and say nothing: it ends, and others are served meanwhile.</summary>
public sealed class SlowCallerTests
{
    // Kestrel looks once a second, by the machine's clock, and takes no limit below that.
    private static readonly DownstreamLimits Short = new() { Standstill = TimeSpan.FromSeconds(2), Pace = 1e9 };

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HT")]
    public async Task Connection_ThatDoesNotBegin_IsClosedWhenItsTimeIsUp(string beginning)
    {
        var time = new FakeTimeProvider();
        using var app = new RecordingBackend();
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true, Time = time });
        foreach (var door in new[] { pair.Listener, pair.Callee.FrontDoor("http"), pair.Callee.MeshDoor })
        {
            using var slow = await HostileConnection.OpenAsync(door);
            await slow.Stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), TestContext.Current.CancellationToken);

            // The proxy may not have taken the connection yet: time goes on until it has.
            var end = EndAsync(slow);
            while (!end.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(31));
                await Task.WhenAny(end, Task.Delay(20, TestContext.Current.CancellationToken)).InTime();
            }
        }
    }

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX-Slow: ")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhal")]
    public async Task Request_ThatDoesNotGoOn_IsEndedAndOthersAreServedMeanwhile(string beginning)
    {
        using var app = new RecordingBackend();
        // Long enough for a head that is under way.
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true, Limits = Short with { Head = TimeSpan.FromSeconds(5) } });
        var slow = new List<HostileConnection>();
        for (var i = 0; i < 20; i++)
        {
            slow.Add(await HostileConnection.OpenAsync(i % 2 == 0 ? pair.Listener : pair.Callee.FrontDoor("http")));
            await slow[^1].Stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), TestContext.Current.CancellationToken);
        }

        await ServeAsync(pair.Listener);
        await Task.WhenAll(slow.Select(EndAsync));

        Assert.DoesNotContain(app.Recording.Take(), r => r.Target == "/a");
        slow.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Stream_ThatHasNothingToSay_IsNoSlowBody()
    {
        var arrived = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await reader.ReadLineAsync(context.RequestAborted);
            arrived.TrySetResult();
            await context.Response.WriteAsync(await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Limits = Short });
        using var stream = await RawHttp.ConnectAsync(pair.Listener);
        await stream.SendAsync("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n");
        await arrived.Task.InTime();

        // A body with a length, begun at the same time, is ended: by then the stream has been silent as long.
        using var slow = await HostileConnection.OpenAsync(pair.Listener);
        await slow.Stream.WriteAsync("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await EndAsync(slow);
        await stream.SendAsync("4\r\nmore\r\n0\r\n\r\n");

        Assert.Contains("more", await stream.ReadToAsync("more"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_ThatNobodyTakes_IsBrokenOff()
    {
        var broken = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            await using var registration = context.RequestAborted.Register(broken.SetResult);
            var chunk = new byte[64 * 1024];
            while (true)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Limits = Short });
        using var slow = await HostileConnection.OpenAsync(pair.Listener);

        await slow.Stream.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        await broken.Task.InTime();
    }

    private static async Task ServeAsync(IPEndPoint door)
    {
        using var other = await RawHttp.ConnectAsync(door);
        await other.SendAsync("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Contains("200 OK", await other.ReadToAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    private static async Task EndAsync(HostileConnection connection)
    {
        var buffer = new byte[4096];
        try
        {
            while (await connection.Stream.ReadAsync(buffer, TestContext.Current.CancellationToken).InTime() > 0)
            {
                // An answer before the end is fine.
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // So is none.
        }
    }
}
