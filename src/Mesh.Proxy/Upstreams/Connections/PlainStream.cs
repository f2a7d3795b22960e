using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>A socket's stream that says when it is closed.</summary>
internal sealed class PlainStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private Action? _closed;

    /// <summary>Done once when it is closed.</summary>
    public Action? Closed { set => _closed = value; }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Interlocked.Exchange(ref _closed, null)?.Invoke();
    }
}
