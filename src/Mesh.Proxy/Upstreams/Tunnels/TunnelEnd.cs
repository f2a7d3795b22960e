using System.Net.Security;
using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>One end of a tunnel.</summary>
/// <param name="socket">The socket.</param>
/// <param name="stream">What is read and written: TLS, or the socket's own stream.</param>
/// <param name="network">Below TLS: the socket's stream.</param>
internal sealed class TunnelEnd(Socket socket, Stream stream, WatchedStream? network)
{
    /// <summary>An end without TLS.</summary>
    public static TunnelEnd Plain(Socket socket) => new(socket, new NetworkStream(socket, ownsSocket: true), network: null);

    /// <summary>An end of a connection that this side opened.</summary>
    public static TunnelEnd Of(UpstreamConnection connection) => new(connection.Socket, connection.Stream, connection.Network);

    /// <summary>Reads; 0: nothing more will come, and <see cref="ThrowIfBrokenOff"/> says whether that is the end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    /// <summary>Tells the far end's end of sending from a connection that just stopped, after a read that brought nothing.</summary>
    /// <exception cref="IOException">The connection stopped without a proper end: what came is not all.</exception>
    public void ThrowIfBrokenOff()
    {
        if (network is { HasEnded: true })
        {
            throw new IOException("The connection ended without TLS's close_notify.");
        }
    }

    /// <summary>Writes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    /// <summary>Says that nothing more will be sent; reading goes on.</summary>
    public async ValueTask FinishAsync()
    {
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }
        else
        {
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    /// <summary>Closes it so that the far end sees an error and takes nothing for whole.</summary>
    public void Reset()
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    /// <summary>Closes it.</summary>
    public ValueTask CloseAsync() => stream.DisposeAsync();
}
