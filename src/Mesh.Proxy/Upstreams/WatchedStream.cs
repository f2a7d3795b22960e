using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// A socket's stream that remembers whether the far end closed the socket. TLS reports a proper end and a connection that just stopped alike; below it they differ.
/// </summary>
internal sealed class WatchedStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>Whether the socket itself has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        if (read == 0 && buffer.Length > 0)
        {
            HasEnded = true;
        }

        return read;
    }
}
