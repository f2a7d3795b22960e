namespace Mesh.Proxy.Upstreams;

/// <summary>Opens connections to one upstream address.</summary>
internal interface IConnector
{
    /// <summary>Whether the far end speaks ordinary TLS: HTTP/2 servers want to be told <c>https</c> then. A mesh door looks at neither scheme.</summary>
    bool IsWebTls => false;

    /// <summary>Opens a connection.</summary>
    /// <param name="use">What is to be spoken on it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.UpstreamException">There is no connection; nothing was sent.</exception>
    ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken);
}
