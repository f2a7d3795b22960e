using System.Text;

namespace Mesh.Proxy.Tests.Upstreams;

/// <summary>Takes what is written once it is let.</summary>
internal sealed class HeldStream : MemoryStream
{
    private readonly TaskCompletionSource _isWriting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once something is written.</summary>
    public Task IsWriting => _isWriting.Task;

    public string Written => Encoding.ASCII.GetString(ToArray());

    public void Release() => _released.TrySetResult();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isWriting.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
        Write(buffer.Span);
    }
}
