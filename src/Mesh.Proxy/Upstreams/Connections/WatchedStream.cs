using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// A socket's stream that remembers whether the far end closed the socket. TLS reports a proper end and a connection that just stopped alike; below it they differ.
/// </summary>
internal sealed class WatchedStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private readonly SocketReceive _receive = new();
    private Action? _closed;

    /// <summary>Done once when it is closed.</summary>
    public Action? Closed { set => _closed = value; }

    /// <summary>Whether the socket itself has ended. Known as soon as a read has told so.</summary>
    public bool HasEnded => _receive.HasEnded;

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        // Only handshakes come with a token.
        cancellationToken.CanBeCanceled ? ReadWithTokenAsync(buffer, cancellationToken) : _receive.StartAsync(Socket, buffer);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        // The socket first: a receive that waits on it ends with that.
        base.Dispose(disposing);
        if (disposing)
        {
            _receive.Dispose();
        }

        Interlocked.Exchange(ref _closed, null)?.Invoke();
    }

    private async ValueTask<int> ReadWithTokenAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        return _receive.Note(read, buffer.Length);
    }
}
