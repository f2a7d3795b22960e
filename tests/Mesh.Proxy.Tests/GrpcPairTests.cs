using System.Buffers.Binary;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

public sealed class GrpcPairTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unary_AnswersWithTrailers()
    {
        await using var pair = await GrpcPair.StartAsync(EchoAsync);

        using var response = await pair.CallAsync(Message(7)).InTime();

        Assert.Equal(Message(7), await response.Content.ReadAsByteArrayAsync(Stop).InTime());
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task BidirectionalStream_OfTenThousandMessages_KeepsOrderAndPace()
    {
        await using var pair = await GrpcPair.StartAsync(EchoAsync);
        var content = new DuplexContent();

        using var response = await pair.OpenAsync(content).InTime();
        var up = await content.Stream.InTime();
        await using var down = await response.Content.ReadAsStreamAsync(Stop);
        var buffer = new byte[9];
        // Each message waits for its echo now and then: nothing may be held back on the way.
        for (var i = 0; i < 10_000; i++)
        {
            await up.WriteAsync(Message(i), Stop).InTime();
            if (i % 100 == 99)
            {
                await up.FlushAsync(Stop).InTime();
                for (var j = i - 99; j <= i; j++)
                {
                    await down.ReadExactlyAsync(buffer, Stop).InTime();
                    Assert.Equal(j, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(5)));
                }
            }
        }

        content.Complete();
        Assert.Equal(0, await down.ReadAsync(buffer, Stop).InTime());
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task ServerStream_EndsWhenTheCallerCancels()
    {
        var aborted = new TaskCompletionSource();
        await using var pair = await GrpcPair.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(Message(1), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                await aborted.Task;
            });

        var response = await pair.OpenAsync(new ByteArrayContent(Message(7))).InTime();
        await using var down = await response.Content.ReadAsStreamAsync(Stop);
        await down.ReadExactlyAsync(new byte[9], Stop).InTime();
        response.Dispose();

        await aborted.Task.InTime();
    }

    [Fact]
    public async Task TrailersOnly_OfTheApp_PassUntouched()
    {
        await using var pair = await GrpcPair.StartAsync(
            context =>
            {
                context.Response.ContentType = "application/grpc";
                context.Response.Headers["grpc-status"] = "5";
                context.Response.Headers["grpc-message"] = "none";
                return Task.CompletedTask;
            });

        using var response = await pair.CallAsync(Message(7)).InTime();

        Assert.Equal("5", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("none", response.Headers.GetValues("grpc-message").Single());
        Assert.False(response.Headers.Contains("mesh-error"));
    }

    [Fact]
    public async Task DeniedCall_IsAGrpcStatusWithAMessage()
    {
        await using var pair = await GrpcPair.StartAsync(EchoAsync, new PairOptions { Permissions = PermissionSet.Nobody });

        using var response = await pair.CallAsync(Message(7)).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("7", response.Headers.GetValues("grpc-status").Single());
        Assert.StartsWith("permission_denied; hop=orders-1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Contains("permission_denied", response.Headers.GetValues("grpc-message").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PermissionRevoked_OpenStreamIsBrokenOff()
    {
        await using var pair = await GrpcPair.StartAsync(EchoAsync);
        var content = new DuplexContent();
        using var response = await pair.OpenAsync(content).InTime();
        var up = await content.Stream.InTime();
        await using var down = await response.Content.ReadAsStreamAsync(Stop);
        await up.WriteAsync(Message(1), Stop).InTime();
        await up.FlushAsync(Stop).InTime();
        await down.ReadExactlyAsync(new byte[9], Stop).InTime();

        pair.Proxies.Apply(o => o with { Permissions = PermissionSet.Nobody });

        await Assert.ThrowsAnyAsync<IOException>(() => down.ReadExactlyAsync(new byte[9], Stop).InTime());
        content.Complete();
    }

    [Fact]
    public async Task SvidRotation_OldStreamGoesOnAndNewCallsUseTheNewOne()
    {
        await using var pair = await GrpcPair.StartAsync(EchoAsync);
        var content = new DuplexContent();
        using var response = await pair.OpenAsync(content).InTime();
        var up = await content.Stream.InTime();
        await using var down = await response.Content.ReadAsStreamAsync(Stop);

        for (var i = 0; i < 3; i++)
        {
            pair.Proxies.Caller.Identity.Rotate();
            using var other = await pair.CallAsync(Message(i)).InTime();
            Assert.Equal(Message(i), await other.Content.ReadAsByteArrayAsync(Stop).InTime());
            await up.WriteAsync(Message(i), Stop).InTime();
            await up.FlushAsync(Stop).InTime();
            var buffer = new byte[9];
            await down.ReadExactlyAsync(buffer, Stop).InTime();
            Assert.Equal(Message(i), buffer);
        }

        content.Complete();
        Assert.Equal(0, await down.ReadAsync(new byte[1], Stop).InTime());
    }

    private static byte[] Message(int value)
    {
        var message = new byte[9];
        message[4] = 4;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(5), value);
        return message;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        Assert.Equal("trailers", context.Request.Headers.TE);
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }
}
