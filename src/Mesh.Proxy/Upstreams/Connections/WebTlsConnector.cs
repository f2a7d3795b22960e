using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens ordinary TLS: to a host outside the mesh, verified by the system's roots, or to an app on the same host that insists on it.</summary>
/// <param name="dialer">Opens sockets.</param>
/// <param name="target">Where to.</param>
/// <param name="limit">Limit for one connection attempt.</param>
/// <param name="serverName">The name that the certificate has to carry.</param>
/// <param name="own">For the app on this host: what it may show beside certificates that the system trusts. <see langword="null"/>: the far end is another host.</param>
/// <param name="files">Whom it believes and what it shows, where that is not the system's and nothing.</param>
internal sealed class WebTlsConnector(Dialer dialer, EndPoint target, TimeSpan limit, string serverName, ServerCertificate? own, WebTlsFiles? files = null) : IConnector
{
    /// <inheritdoc />
    public bool IsWebTls => true;

    /// <inheritdoc />
    public ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = serverName };
        if (use != ConnectionUse.Tunnel)
        {
            options.ApplicationProtocols = Alpn.Offer(use);
        }

        files?.Configure(options);
        if (own is not null)
        {
            // Nothing is fetched from a network for a peer on loopback.
            options.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsOwnApp(own, certificate, errors);
        }

        // Who knows no ALPN speaks HTTP/1.1 (RFC 7301 came later than many hosts).
        return dialer.ConnectAsync(target, limit, options, cancellationToken, mayAgreeToNone: own is null && use == ConnectionUse.Http1);
    }

    // Without a certificate of its own the sidecar has nothing to compare with: on a laptop whoever holds the app's port is a process of the same user.
    private bool IsOwnApp(ServerCertificate expected, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || !expected.IsGiven || (certificate is X509Certificate2 leaf && expected.IsSame(leaf)))
        {
            return true;
        }

        throw new UpstreamException(
            ProxyError.AppCertificate,
            $"the app at {target} shows the certificate of '{certificate?.Subject}', which is neither that of serverCertificate nor trusted by this machine for {serverName} ({errors})");
    }
}
