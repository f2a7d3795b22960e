using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Proxy.Tests;

public sealed class TunnelTests
{
    private static readonly ReservedPort Refusing = new(); // for as long as the tests run

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CallerFinishesFirst_AnswerStillArrives()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            var all = new List<byte>(first.ToArray());
            var buffer = new byte[1024];
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                all.AddRange(buffer.AsSpan(0, read));
            }

            await socket.SendAsync(Encoding.ASCII.GetBytes($"got {Encoding.ASCII.GetString([.. all])}"));
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = await ConnectAsync(pair.Listener);

        await client.SendAsync("hello"u8.ToArray()).InTime();
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("got hello", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task AppFinishesFirst_CallerStillReachesIt()
    {
        var received = new TaskCompletionSource<string>();
        await using var app = await RawApp.StartAsync(async (socket, _) =>
        {
            await socket.SendAsync("bye"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[1024];
            var all = new StringBuilder();
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                all.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }

            received.SetResult(all.ToString());
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = await ConnectAsync(pair.Listener);

        await client.SendAsync("a"u8.ToArray()).InTime();
        Assert.Equal("bye", await ReadToEndAsync(client));
        await client.SendAsync("after"u8.ToArray()).InTime();
        client.Shutdown(SocketShutdown.Send);

        Assert.Equal("after", await received.Task.InTime());
    }

    [Fact]
    public async Task ManyBytes_ArriveInOrder()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                await socket.SendAsync(buffer.AsMemory(0, read));
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = await ConnectAsync(pair.Listener);
        var bytes = RandomNumberGenerator.GetBytes(5_000_000);

        var sending = Task.Run(
            async () =>
            {
                for (var sent = 0; sent < bytes.Length;)
                {
                    sent += await client.SendAsync(bytes.AsMemory(sent), Stop);
                }

                client.Shutdown(SocketShutdown.Send);
            },
            Stop);
        using var back = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await client.ReceiveAsync(buffer, Stop).InTime()) > 0)
        {
            back.Write(buffer, 0, read);
        }

        await sending.InTime();
        Assert.Equal(bytes, back.ToArray());
    }

    [Fact]
    public async Task AppDies_CallerSeesAnErrorAndNoEnd()
    {
        await using var app = await RawApp.StartAsync((socket, _) =>
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = await ConnectAsync(pair.Listener);

        await client.SendAsync("a"u8.ToArray()).InTime();

        await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync(client));
    }

    [Fact]
    public async Task DeadReplica_NextOneIsTried()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) => await socket.SendAsync(first));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        var live = new Endpoint("127.0.0.1", pair.Callee.MeshDoor.Port, "orders-1");
        pair.Apply(o => o with { Endpoints = [new Endpoint("127.0.0.1", RefusingPort, "orders-0"), live] });

        for (var i = 0; i < 6; i++)
        {
            using var client = await ConnectAsync(pair.Listener);
            await client.SendAsync("x"u8.ToArray()).InTime();
            Assert.Equal("x", await ReadToEndAsync(client));
        }
    }

    [Fact]
    public async Task PermissionRevoked_TunnelIsClosed()
    {
        var closed = new TaskCompletionSource();
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            try
            {
                await socket.ReceiveAsync(new byte[1]);
            }
            finally
            {
                closed.SetResult();
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp });
        using var client = await ConnectAsync(pair.Listener);
        await client.SendAsync("x"u8.ToArray()).InTime();
        var buffer = new byte[1];
        Assert.Equal(1, await client.ReceiveAsync(buffer, Stop).InTime());

        pair.Apply(o => o with { Permissions = PermissionSet.Nobody });

        await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync(client));
        await closed.Task.InTime();
    }

    [Fact]
    public async Task PermissionMissing_AppSeesNothing()
    {
        await using var app = await RawApp.StartAsync((_, _) => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp, Permissions = PermissionSet.Nobody });

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            // Its end may come before this side has seen that the connection was made.
            using var client = await ConnectAsync(pair.Listener);
            await client.SendAsync("x"u8.ToArray()).InTime();
            await ReadToEndAsync(client);
        });
        Assert.Equal(0, app.Requests);
    }

    /// <summary>A port that refuses connections: somebody has it, so that nobody else gets it, and does not listen.</summary>
    internal static int RefusingPort => Refusing.Address.Port;

    private static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to).InTime();
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var all = new StringBuilder();
        int read;
        while ((read = await socket.ReceiveAsync(buffer).InTime()) > 0)
        {
            all.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return all.ToString();
    }
}
