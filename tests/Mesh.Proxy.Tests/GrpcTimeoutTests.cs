using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>A Timeout policy ends calls, never streams.</summary>
public sealed class GrpcTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly Origin Slow = new("Timeout", "default/slow");

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TaskCompletionSource _isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallWithADeadline_IsEndedByRequest()
    {
        await using var pair = await GrpcPair.StartAsync(SilentAsync, new PairOptions { Time = _time, Timeouts = new RouteTimeouts { Request = Limit, Origin = Slow } });

        var call = pair.CallAsync(new byte[5], deadline: "1M");

        await AssertEndedAsync(call, "shop-1");
    }

    [Fact]
    public async Task CallWithoutADeadline_IsEndedByGrpcRequest()
    {
        await using var pair = await GrpcPair.StartAsync(SilentAsync, new PairOptions { Time = _time, Timeouts = new RouteTimeouts { GrpcRequest = Limit, Origin = Slow } });

        var call = pair.CallAsync(new byte[5]);

        await AssertEndedAsync(call, "shop-1");
    }

    [Fact]
    public async Task CallWithADeadline_IsEndedByTheReceivingSide()
    {
        await using var pair = await GrpcPair.StartAsync(SilentAsync, new PairOptions { Time = _time, InboundTimeouts = new InboundTimeouts { Request = Limit, Origin = Slow } });

        var call = pair.CallAsync(new byte[5], deadline: "1M");

        await AssertEndedAsync(call, "orders-1");
    }

    [Fact]
    public async Task Streams_OutliveEveryLimit()
    {
        var release = new TaskCompletionSource();
        var isUploading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await GrpcPair.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/silent")
                {
                    await SilentAsync(context);
                    return;
                }

                // A watch that says at once that it is one, and an upload: neither has anything more to say for a long time.
                context.Response.ContentType = "application/grpc";
                if (context.Request.Path == "/watch")
                {
                    await context.Response.StartAsync(context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await release.Task.WaitAsync(context.RequestAborted);
                }
                else
                {
                    isUploading.TrySetResult();
                    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                }

                await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", "0");
            },
            new PairOptions
        {
            Time = _time,
            Timeouts = new RouteTimeouts { Request = Limit, GrpcRequest = Limit, Origin = Slow },
            InboundTimeouts = new InboundTimeouts { Request = Limit },
        });
        var body = new DuplexContent();
        var upload = pair.OpenAsync(body, deadline: "1M", path: "upload");
        var up = await body.Stream.InTime();
        await up.WriteAsync(new byte[5], Stop).InTime();
        await up.FlushAsync(Stop).InTime();
        await isUploading.Task.InTime();
        using var watch = await pair.OpenAsync(new ByteArrayContent(new byte[5]), deadline: "1M", path: "watch").InTime();

        // It began last, so that their limit is over when its is.
        await AssertEndedAsync(pair.CallAsync(new byte[5], path: "silent"), "shop-1");
        release.SetResult();
        body.Complete();

        using var uploaded = await upload.InTime();
        Assert.Equal(new byte[5], await uploaded.Content.ReadAsByteArrayAsync(Stop).InTime());
        Assert.Equal(new byte[5], await watch.Content.ReadAsByteArrayAsync(Stop).InTime());
        Assert.Equal("0", watch.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task CallWithoutADeadline_OutlivesRequest()
    {
        var release = new TaskCompletionSource();
        var isWaiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await GrpcPair.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/silent")
                {
                    await SilentAsync(context);
                    return;
                }

                isWaiting.TrySetResult();
                await release.Task.WaitAsync(context.RequestAborted);
                context.Response.ContentType = "application/grpc";
                context.Response.AppendTrailer("grpc-status", "0");
            },
            new PairOptions { Time = _time, Timeouts = new RouteTimeouts { Request = Limit, Origin = Slow } });

        var call = pair.CallAsync(new byte[5]);
        await isWaiting.Task.InTime();
        await AssertEndedAsync(pair.CallAsync(new byte[5], deadline: "1M", path: "silent"), "shop-1");
        release.SetResult();

        using var response = await call.InTime();
        Assert.False(response.Headers.Contains("mesh-error"));
    }

    // An app that hears all of a call, so that it is one and no stream, and says nothing.
    private async Task SilentAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        _isAsked.TrySetResult();
        await TestApp.SilentAsync(context);
    }

    private async Task AssertEndedAsync(Task<HttpResponseMessage> call, string hop)
    {
        await _isAsked.Task.InTime();
        Assert.False(call.IsCompleted);
        _time.Advance(Limit);

        using var response = await call.InTime();
        Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal($"request_timeout; hop={hop}; policy=Timeout default/slow", response.Headers.GetValues("mesh-error").Single());
    }
}
