using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Proxy.Tests.Upstreams;

/// <summary>A far end that vanishes without a word is noticed on both sides of a sidecar. The system asks; a test sees only that it is told to.</summary>
public sealed class TcpLivenessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConnectionToAReplica_ThatIsSilent_IsAskedWhetherItIsThere()
    {
        await using var app = await RawApp.StartAsync("");

        var connection = await new Dialer(TimeProvider.System).ConnectAsync(app.Address, TimeSpan.FromSeconds(10), tls: null, Stop).InTime();
        await using var stream = connection.Stream;

        Assert.Equal((1, 30, 15, 3), Settings(connection.Socket));
    }

    [Fact]
    public async Task ConnectionOfACaller_ThatIsSilent_IsAskedWhetherItIsThere()
    {
        var accepted = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = SocketListener.Open(
            "inbound/mesh",
            new IPEndPoint(IPAddress.Loopback, 0),
            socket =>
            {
                accepted.SetResult(socket);
                return Task.CompletedTask;
            },
            TimeProvider.System,
            NullLogger.Instance);
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(listener.LocalEndPoint, Stop).InTime();

        using var connection = await accepted.Task.InTime();

        Assert.Equal((1, 30, 15, 3), Settings(connection));
    }

    // macOS answers with the option's own bit where Linux says 1.
    private static (int, int, int, int) Settings(Socket socket) => (
        (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! == 0 ? 0 : 1,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!);
}
