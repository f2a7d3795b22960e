namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Where a caller's body of known length is written to; the head goes out with its first octets.</summary>
internal sealed class OutgoingBody(Http1Connection connection, long length) : Stream
{
    // Below this, copying is cheaper than another record and another system call.
    private const int Together = 8 * 1024;

    private long _left = length;

    /// <summary>Whether as many octets were sent as were promised.</summary>
    public bool IsComplete => _left == 0 && connection.Outgoing.Length == 0;

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
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > _left)
        {
            throw new InvalidOperationException("The caller's body is longer than its Content-Length.");
        }

        _left -= buffer.Length;
        var isSmall = connection.Outgoing.Length + buffer.Length <= Together;
        if (isSmall)
        {
            connection.Outgoing.Append(buffer.Span);
        }

        if (!isSmall || _left == 0)
        {
            await FlushAsync(cancellationToken);
        }

        if (!isSmall)
        {
            await connection.SendAsync(buffer);
        }
    }

    /// <inheritdoc />
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (connection.Outgoing.Length > 0)
        {
            await connection.SendAsync();
        }
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
