namespace Mesh.Proxy.Upstreams;

/// <summary>Takes a response that nobody else reads, up to a limit; beyond it the response is broken off.</summary>
/// <param name="limit">Most bytes.</param>
/// <param name="keep">Where they are kept; <see langword="null"/>: nowhere.</param>
internal sealed class BoundedSink(int limit, MemoryStream? keep = null) : WriteOnlyStream
{
    private long _taken;

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer) => Take(buffer);

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Take(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Take(buffer.Span);
        return ValueTask.CompletedTask;
    }

    private void Take(ReadOnlySpan<byte> octets)
    {
        _taken += octets.Length;
        if (_taken > limit)
        {
            throw new IOException($"The response has more than {limit} bytes, and nobody reads it.");
        }

        keep?.Write(octets);
    }
}
