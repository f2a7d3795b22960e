namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Where a caller's body of known length is written to; the head goes out with its first octets.</summary>
internal sealed class OutgoingBody(Http1Connection connection, long length) : BodySink(connection)
{
    // Below this, copying is cheaper than another record and another system call.
    private const int Together = 8 * 1024;

    private long _left = length;

    /// <inheritdoc />
    public override async ValueTask<bool> CompleteAsync()
    {
        await FlushAsync(CancellationToken.None);
        return _left == 0;
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > _left)
        {
            throw new InvalidOperationException("The caller's body is longer than its Content-Length.");
        }

        _left -= buffer.Length;
        var isSmall = Connection.Outgoing.Length + buffer.Length <= Together;
        if (isSmall)
        {
            Connection.Outgoing.Append(buffer.Span);
        }

        if (!isSmall || _left == 0)
        {
            await FlushAsync(cancellationToken);
        }

        if (!isSmall)
        {
            await Connection.SendAsync(buffer);
        }
    }
}
