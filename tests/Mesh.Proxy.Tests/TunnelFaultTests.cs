using System.Net.Sockets;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Proxy.Tests;

/// <summary>Faults of opaque connections.</summary>
public sealed class TunnelFaultTests
{
    private static readonly PairOptions Tcp = new() { Protocol = AppProtocol.Tcp };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Latency_HoldsEachPieceOfAnOpenConnection_UntilItEnds()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        using var client = await ConnectAsync(pair);
        Assert.Equal("a", await EchoedAsync(client, "a"));

        pair.Caller.Configuration.Apply(Fault(new() { Latency = TimeSpan.FromMilliseconds(300), Jitter = TimeSpan.FromMilliseconds(50) }));
        var started = TimeProvider.System.GetTimestamp();
        Assert.Equal("b", await EchoedAsync(client, "b"));
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(230));

        pair.Caller.Configuration.Apply(Fault(new() { Latency = TimeSpan.FromHours(1) }));
        using var counted = new FaultCount(pair.Caller);
        var held = EchoedAsync(client, "c");
        Assert.Equal("latency", await counted.First.InTime());
        Assert.False(held.IsCompleted);
        pair.Caller.Configuration.Apply();
        Assert.Equal("c", await held);
    }

    [Fact]
    public async Task Reset_ComesAtOnce_AlsoWhereNothingMoves()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        pair.Caller.Configuration.Apply(Fault(new() { ResetAfter = TimeSpan.Zero }));
        // It may come before the connecting side has seen that the connection was made.
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var client = await ConnectAsync(pair);
            await client.ReceiveAsync(new byte[1], Stop).AsTask().InTime();
        });

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task Limit_EndsWhatComesBackAsIfItWereAll()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        pair.Caller.Configuration.Apply(Fault(new() { LimitBytes = 4 }));
        using var client = await ConnectAsync(pair);

        await client.SendAsync("abcdefgh"u8.ToArray()).InTime();

        Assert.Equal("abcd", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task BytesPerSecond_HoldThemBack()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        pair.Caller.Configuration.Apply(Fault(new() { BytesPerSecond = 40 }));
        using var client = await ConnectAsync(pair);
        var started = TimeProvider.System.GetTimestamp();

        await client.SendAsync("0123456789abcdefghij"u8.ToArray()).InTime();
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("0123456789abcdefghij", await ReadToEndAsync(client));
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(350));
    }

    [Fact]
    public async Task SlowClose_HoldsTheEndBack_NotTheBytes()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        pair.Caller.Configuration.Apply(Fault(new() { SlowClose = TimeSpan.FromHours(1) }));
        using var counted = new FaultCount(pair.Caller);
        using var client = await ConnectAsync(pair);
        Assert.Equal("a", await EchoedAsync(client, "a"));

        client.Shutdown(SocketShutdown.Send);
        var end = ReadToEndAsync(client);
        Assert.Equal("slow_close", await counted.First.InTime());
        Assert.False(end.IsCompleted);
        pair.Caller.Configuration.Apply();

        Assert.Equal("", await end);
    }

    [Fact]
    public async Task Percent_IsDrawnOnceForEachConnection()
    {
        await using var app = await RawApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, Tcp);
        pair.Caller.Configuration.Apply(Fault(new() { LimitBytes = 0, Percent = 50 }));

        var whole = 0;
        for (var i = 0; i < 80; i++)
        {
            using var client = await ConnectAsync(pair);
            await client.SendAsync("abc"u8.ToArray()).InTime();
            client.Shutdown(SocketShutdown.Send);
            var answer = await ReadToEndAsync(client);
            Assert.True(answer is "" or "abc", answer);
            whole += answer.Length / 3;
        }

        // 40 are expected; seven standard deviations are 31.
        Assert.InRange(whole, 9, 71);
    }

    private static FaultRule Fault(FaultTunnel tunnel) => new()
    {
        Id = "f1",
        By = "ann",
        Upstream = ProxyPair.Upstream,
        EndsAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
        Effects = new() { Tunnel = tunnel },
    };

    private static async Task EchoAsync(Socket socket, ReadOnlyMemory<byte> first)
    {
        await socket.SendAsync(first, Stop);
        var buffer = new byte[100];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, Stop)) > 0)
        {
            await socket.SendAsync(buffer.AsMemory(0, read), Stop);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<Socket> ConnectAsync(ProxyPair pair)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(pair.Listener, Stop).AsTask().InTime();
        return socket;
    }

    private static async Task<string> EchoedAsync(Socket socket, string letter)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(letter), Stop);
        var buffer = new byte[10];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Stop).AsTask().InTime());
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new StringBuilder();
        var buffer = new byte[100];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, Stop).AsTask().InTime()) > 0)
        {
            all.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return all.ToString();
    }
}
