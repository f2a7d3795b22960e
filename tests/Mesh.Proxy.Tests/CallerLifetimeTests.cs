using System.Buffers.Binary;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>A certificate of an hour is worth an hour, however long its caller keeps a connection.</summary>
public sealed class CallerLifetimeTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Connection_InGoodTimeBeforeItsCertificateEnds_MakesRoomForTheNextOne(string version)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("served", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time });
        var connections = 0;
        using var client = MeshPeer.Client(pair, Version.Parse(version), () => Interlocked.Increment(ref connections));
        Assert.Equal("served", await client.GetStringAsync("", Stop).InTime());
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal("served", await client.GetStringAsync("", Stop).InTime());
        Assert.Equal(1, Volatile.Read(ref connections));

        _time.Advance(TimeSpan.FromMinutes(5));

        await Eventually.IsAsync(async () => await client.GetStringAsync("", Stop).InTime() == "served" && Volatile.Read(ref connections) == 2);
    }

    [Fact]
    public async Task Request_OverAConnectionWhoseCertificateHasEnded_IsRefusedAndWhatRunsGoesOn()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            entered.TrySetResult();
            await leave.Task.InTime();
            await context.Response.WriteAsync("done", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time });
        await using var tls = await MeshPeer.ConnectAsync(pair, SslApplicationProtocol.Http2);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Stop).InTime();
        await tls.WriteAsync(Frame(type: 4, stream: 0, []), Stop).InTime(); // SETTINGS
        await tls.WriteAsync(Get(stream: 1), Stop).InTime();
        await entered.Task.InTime();

        _time.Advance(TimeSpan.FromHours(1));
        await tls.WriteAsync(Get(stream: 3), Stop).InTime();
        var refused = await BodyAsync(tls, stream: 3);
        leave.SetResult();

        Assert.StartsWith("mesh: identity_expired at orders-1", refused, StringComparison.Ordinal);
        Assert.Equal("done", await BodyAsync(tls, stream: 1));
        Assert.Equal(1, app.Requests);
    }

    [Fact]
    public async Task WebSocket_OutlivesTheCertificateThatOpenedIt()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.EchoAsync(context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime();
        Assert.Equal("one", await client.EchoedAsync("one"));

        _time.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal("two", await client.EchoedAsync("two"));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("three", await client.EchoedAsync("three"));
    }

    // GET / of orders as HPACK's static table has it (RFC 7541, appendix A).
    private static byte[] Get(int stream) => Frame(type: 1, stream, [0x82, 0x84, 0x87, 0x01, 6, .. "orders"u8], flags: 0x5);

    private static byte[] Frame(byte type, int stream, byte[] payload, byte flags = 0)
    {
        var frame = new byte[9 + payload.Length];
        frame[2] = (byte)payload.Length;
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    // All of a stream's DATA.
    private static async Task<string> BodyAsync(SslStream tls, int stream)
    {
        var body = "";
        while (true)
        {
            var head = new byte[9];
            await tls.ReadExactlyAsync(head, Stop).AsTask().InTime();
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await tls.ReadExactlyAsync(payload, Stop).AsTask().InTime();
            if (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) != stream)
            {
                continue;
            }

            body += head[3] == 0 ? Encoding.UTF8.GetString(payload) : "";
            if ((head[4] & 1) != 0)
            {
                return body;
            }
        }
    }
}
