using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Mesh.Proxy.Downstreams;

/// <summary>
/// Gives Kestrel connections that were accepted elsewhere: one server serves listeners that come and go, and TLS is done before it with the peer already verified.
/// </summary>
internal sealed class HandOverListener(HandOverEndPoint endPoint) : IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });

    /// <inheritdoc />
    public EndPoint EndPoint => endPoint;

    /// <summary>Hands a connection over, or says that the server has stopped.</summary>
    public bool TryHandOver(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

    /// <inheritdoc />
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _connections.Writer.TryComplete();
        while (_connections.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }
    }
}
