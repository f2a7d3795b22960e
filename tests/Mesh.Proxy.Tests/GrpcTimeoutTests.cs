using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

/// <summary>A Timeout policy ends calls, never streams.</summary>
public sealed class GrpcTimeoutTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly Origin Slow = new("Timeout", "default/slow");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallWithADeadline_IsEndedByRequest()
    {
        await using var pair = await GrpcPair.StartAsync(TestApp.SilentAsync, new PairOptions { Timeouts = new RouteTimeouts { Request = Limit, Origin = Slow } });

        using var response = await pair.CallAsync(new byte[5], deadline: "1M").InTime();

        AssertEnded(response, "shop-1");
    }

    [Fact]
    public async Task CallWithoutADeadline_IsEndedByGrpcRequest()
    {
        await using var pair = await GrpcPair.StartAsync(TestApp.SilentAsync, new PairOptions { Timeouts = new RouteTimeouts { GrpcRequest = Limit, Origin = Slow } });

        using var response = await pair.CallAsync(new byte[5]).InTime();

        AssertEnded(response, "shop-1");
    }

    [Fact]
    public async Task CallWithADeadline_IsEndedByTheReceivingSide()
    {
        await using var pair = await GrpcPair.StartAsync(TestApp.SilentAsync, new PairOptions { InboundTimeouts = new InboundTimeouts { Request = Limit, Origin = Slow } });

        using var response = await pair.CallAsync(new byte[5], deadline: "1M").InTime();

        AssertEnded(response, "orders-1");
    }

    [Fact]
    public async Task Streams_OutliveEveryLimit()
    {
        var release = new TaskCompletionSource();
        await using var pair = await GrpcPair.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/silent")
                {
                    await TestApp.SilentAsync(context);
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
                    await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                }

                await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", "0");
            },
            new PairOptions
        {
            Timeouts = new RouteTimeouts { Request = Limit, GrpcRequest = Limit, Origin = Slow },
            InboundTimeouts = new InboundTimeouts { Request = Limit },
        });
        var body = new DuplexContent();
        var upload = pair.OpenAsync(body, deadline: "1M", path: "upload");
        var up = await body.Stream.InTime();
        await up.WriteAsync(new byte[5], Stop).InTime();
        await up.FlushAsync(Stop).InTime();
        using var watch = await pair.OpenAsync(new ByteArrayContent(new byte[5]), deadline: "1M", path: "watch").InTime();

        // It began last, so that their limit is over when its is.
        using var silent = await pair.CallAsync(new byte[5], path: "silent").InTime();
        AssertEnded(silent, "shop-1");
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
        await using var pair = await GrpcPair.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/silent")
                {
                    await TestApp.SilentAsync(context);
                    return;
                }

                await release.Task.WaitAsync(context.RequestAborted);
                context.Response.ContentType = "application/grpc";
                context.Response.AppendTrailer("grpc-status", "0");
            },
            new PairOptions { Timeouts = new RouteTimeouts { Request = Limit, Origin = Slow } });

        var call = pair.CallAsync(new byte[5]);
        using var bounded = await pair.CallAsync(new byte[5], deadline: "1M", path: "silent").InTime();
        release.SetResult();

        using var response = await call.InTime();
        AssertEnded(bounded, "shop-1");
        Assert.False(response.Headers.Contains("mesh-error"));
    }

    private static void AssertEnded(HttpResponseMessage response, string hop)
    {
        Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal($"request_timeout; hop={hop}; policy=Timeout default/slow", response.Headers.GetValues("mesh-error").Single());
    }
}
