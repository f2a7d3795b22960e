using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>An open connection.</summary>
/// <param name="Socket">Its socket, for what a stream cannot say: reset.</param>
/// <param name="Stream">What is read and written: TLS, or the socket's own stream.</param>
/// <param name="Network">Below TLS: the socket's stream.</param>
internal sealed record UpstreamConnection(Socket Socket, Stream Stream, WatchedStream? Network)
{
    /// <summary>Has something done once when it is closed.</summary>
    public void WhenClosed(Action closed)
    {
        if (Network is { } network)
        {
            network.Closed = closed;
        }
        else
        {
            ((PlainStream)Stream).Closed = closed;
        }
    }
}
