using System.Net;
using System.Net.Sockets;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Tests.Pair;
using Mesh.Proxy.Upstreams;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

public sealed class LifecycleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drain_FinishesWhatRunsAndTakesNothingNew()
    {
        var began = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            began.TrySetResult();
            await go.Task;
            await context.Response.WriteAsync("done", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();

        var running = client.GetStringAsync(pair.Url, Stop);
        await began.Task.InTime();
        var drain = pair.Callee.DataPath.DrainAsync(TimeSpan.FromSeconds(10));
        using var refused = await client.GetAsync(pair.Url, Stop).InTime();
        go.SetResult();

        Assert.Equal("done", await running.InTime());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await drain.InTime();
    }

    [Fact]
    public async Task Drain_ConnectionOverWhichNothingWasAsked_IsNotWaitedFor()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("done", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var silent = new TcpClient();
        await silent.ConnectAsync(pair.Url.Host, pair.Url.Port, Stop);
        using var client = new HttpClient();
        Assert.Equal("done", await client.GetStringAsync(pair.Url, Stop).InTime());

        await pair.Caller.DataPath.DrainAsync(TimeSpan.FromHours(1)).InTime();
    }

    [Fact]
    public async Task Drain_EndsAtItsDeadline()
    {
        var began = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            began.TrySetResult();
            await TestApp.SilentAsync(context);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();

        var running = client.GetAsync(pair.Url, Stop);
        await began.Task.InTime();
        await pair.Callee.DataPath.DrainAsync(TimeSpan.FromMilliseconds(100)).InTime();

        using var response = await running.InTime();
        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task AppStartsLate_RequestIsHeldForIt()
    {
        using var port = new ReservedPort();
        await using var pair = await ProxyPair.StartAsync(port.Address);
        using var client = new HttpClient();

        var early = client.GetStringAsync(pair.Url, Stop);
        Assert.Empty(pair.Callee.Readiness.ReadyPorts);
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("late", context.RequestAborted), port: port);

        Assert.Equal("late", await early.InTime());
        await pair.Callee.UntilReadyAsync();
        Assert.Equal(["http"], pair.Callee.Readiness.ReadyPorts);
        Assert.Equal(pair.Callee.MeshDoor, pair.Callee.Readiness.MeshDoor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AppStartsLate_FrontDoorHoldsTheRequestForIt(bool isHttps)
    {
        using var certificate = new LocalhostCertificate();
        using var port = new ReservedPort();
        await using var pair = await ProxyPair.StartAsync(
            port.Address, new PairOptions { Protocol = isHttps ? AppProtocol.Https : AppProtocol.Http, Certificate = certificate, IsExternal = true });
        using var client = certificate.Client();

        var knocked = new TaskCompletionSource();
        pair.Callee.Guards.Judged += () => knocked.TrySetResult();
        var early = client.GetAsync(pair.FrontDoor, Stop);
        await knocked.Task.InTime();
        Assert.False(early.IsCompleted);
        await using var app = await TestApp.StartAsync(
            context => context.Response.WriteAsync("late", context.RequestAborted), port: port, certificate: isHttps ? certificate.Certificate : null);

        using var response = await early.InTime();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("late", await response.Content.ReadAsStringAsync(Stop));
        Assert.False(response.Headers.Contains("mesh-error"));
    }

    [Fact]
    public async Task AppNeverStarts_RequestIsHeldForHalfAMinuteAndNoLonger()
    {
        var time = new FakeTimeProvider();
        var kit = new UpstreamKit(
            new Dialer(time), null!, null!, new ServerCertificate(Some.Settings("nowhere"), time, NullLogger<ServerCertificate>.Instance), null!, null!, time, null!, null!);
        using var port = new ReservedPort();
        using var application = new LocalApplication("http", AppProtocol.Http, port.Address, TimeSpan.FromSeconds(5), kit);

        var connecting = application.ConnectAsync(ConnectionUse.Http1, Stop).AsTask();
        for (var waited = TimeSpan.Zero; waited < LocalApplication.Hold - TimeSpan.FromSeconds(1); waited += TimeSpan.FromSeconds(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(connecting.IsCompleted);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!connecting.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<UpstreamException>(() => connecting);
        Assert.Equal(ProxyError.AppUnreachable, error.Error);
        Assert.Contains("within 30 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AppDies_ReadinessIsWithdrawnAndRequestsSayWhy()
    {
        var app = await TestApp.StartAsync(context => context.Response.WriteAsync("up", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();
        Assert.Equal("up", await client.GetStringAsync(pair.Url, Stop).InTime());
        await pair.Callee.UntilReadyAsync();

        await app.DisposeAsync();
        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("app_unreachable; hop=orders-1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        await pair.Callee.UntilReadyAsync(isReady: false);
    }

    [Fact]
    public async Task RotationUnderLoad_FailsNoRequest()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("ok", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();
        var isOver = false;

        var load = Enumerable.Range(0, 8).Select(async _ =>
        {
            var count = 0;
            while (!Volatile.Read(ref isOver))
            {
                Assert.Equal("ok", await client.GetStringAsync(pair.Url, Stop));
                count++;
            }

            return count;
        }).ToArray();
        for (var i = 0; i < 20; i++)
        {
            pair.Caller.Identity.Rotate();
            pair.Callee.Identity.Rotate();
            await client.GetStringAsync(pair.Url, Stop).InTime();
        }

        Volatile.Write(ref isOver, true);
        Assert.All(await Task.WhenAll(load).InTime(), count => Assert.True(count > 0));
    }
}
