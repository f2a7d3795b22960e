using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Mesh.Model.Identity;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens mTLS to a peer's mesh door, under one SVID.</summary>
internal sealed class MeshConnector(Dialer dialer, PeerVerifier verifier, IPEndPoint door, TimeSpan limit, string serverName, SpiffeId peer, WorkloadSvid svid) : IConnector
{
    // Options are made for each connection: the verifier's chain policy holds the time of the check.
    /// <inheritdoc />
    public ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = Alpn.Offer(use),
        };
        verifier.Configure(options, svid, peer);
        return dialer.ConnectAsync(door, limit, options, cancellationToken);
    }
}
