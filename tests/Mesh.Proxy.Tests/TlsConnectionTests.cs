using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Tests;

public sealed class TlsConnectionTests
{
    [Fact]
    public async Task Disposed_WhoCountsConnectionsHasBeenTold()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        for (var i = 0; i < 200; i++)
        {
            using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await peer.ConnectAsync(listener.LocalEndPoint!, cancellation);
            var socket = await listener.AcceptAsync(cancellation);
            var connection = new TlsConnection(new NetworkStream(socket, ownsSocket: true), socket);
            var told = false;
            connection.ConnectionClosed.UnsafeRegister(_ => Volatile.Write(ref told, true), null);
            connection.Start();

            peer.Dispose();
            await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancellation);

            Assert.True(Volatile.Read(ref told), $"connection {i} was disposed and nobody told");
        }
    }
}
