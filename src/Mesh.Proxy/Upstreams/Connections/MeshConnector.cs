using System.Net;
using System.Net.Security;
using Mesh.Model.Identity;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens mTLS to a peer's mesh door, under one SVID.</summary>
internal sealed class MeshConnector(Dialer dialer, PeerVerifier verifier, IPEndPoint door, TimeSpan limit, string serverName, SpiffeId peer, WorkloadSvid svid, HandshakeBounds bounds) : IConnector
{
    // Options are made for each connection: the verifier's chain policy holds the time of the check.
    /// <inheritdoc />
    public async ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            ApplicationProtocols = Alpn.Offer(use),
        };
        bounds.Configure(options);
        verifier.Configure(options, svid, peer);
        var connection = await dialer.ConnectAsync(door, limit, options, cancellationToken);
        var agreed = AgreedTls.Of((SslStream)connection.Stream);
        if (!bounds.Hold(agreed))
        {
            await connection.Stream.DisposeAsync();
            throw new UpstreamException(ProxyError.HandshakeFailed, $"the TLS handshake with {door} came to {agreed}, which is not allowed");
        }

        return connection;
    }
}
