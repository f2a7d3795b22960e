namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Where a caller's body is written to.</summary>
internal abstract class BodySink(Http1Connection connection) : Stream
{
    /// <summary>The connection that it goes out on.</summary>
    protected Http1Connection Connection { get; } = connection;

    /// <summary>The caller has sent all of it: sends what is left.</summary>
    /// <returns>Whether the upstream has a whole body now.</returns>
    public abstract ValueTask<bool> CompleteAsync();

    /// <inheritdoc />
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (Connection.Outgoing.Length > 0)
        {
            await Connection.SendAsync();
        }
    }

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
