using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// Receives on a socket, one receive after the other with one object. An async method in its place would make a new one for each receive that has to wait, and on a
/// connection of small messages each has.
/// </summary>
internal sealed class SocketReceive() : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true), IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _arrival;

    /// <summary>Whether the far end has finished sending.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Receives what is there or comes next; 0: the far end has finished sending, or the buffer is empty.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public ValueTask<int> StartAsync(Socket socket, Memory<byte> buffer)
    {
        _arrival.Reset();
        SetBuffer(buffer);
        if (socket.ReceiveAsync(this))
        {
            return new ValueTask<int>(this, _arrival.Version);
        }

        return SocketError == SocketError.Success ? new ValueTask<int>(Note(BytesTransferred, MemoryBuffer.Length)) : ValueTask.FromException<int>(Fault());
    }

    /// <summary>Notes what a receive brought, be it this object's or another's.</summary>
    /// <returns>Octets received.</returns>
    public int Note(int received, int room)
    {
        HasEnded |= received == 0 && room > 0;
        return received;
    }

    /// <inheritdoc />
    int IValueTaskSource<int>.GetResult(short token) => _arrival.GetResult(token);

    /// <inheritdoc />
    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _arrival.GetStatus(token);

    /// <inheritdoc />
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (SocketError == SocketError.Success)
        {
            _arrival.SetResult(Note(BytesTransferred, MemoryBuffer.Length));
        }
        else
        {
            _arrival.SetException(Fault());
        }
    }

    // As a NetworkStream puts it.
    private IOException Fault()
    {
        var error = new SocketException((int)SocketError);
        return new IOException($"Unable to read data from the transport connection: {error.Message}.", error);
    }
}
