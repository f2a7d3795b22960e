using System.Net;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens plain TCP: to the app on the same host, or to a host outside the mesh that was declared so.</summary>
internal sealed class PlainConnector(Dialer dialer, EndPoint target, TimeSpan limit) : IConnector
{
    /// <inheritdoc />
    public ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken) =>
        dialer.ConnectAsync(target, limit, tls: null, cancellationToken);
}
