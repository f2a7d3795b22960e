using System.Net;
using System.Net.Security;

namespace Mesh.Proxy.Upstreams;

/// <summary>Opens ordinary TLS: to a host outside the mesh, verified by the system's roots, or to an app on the same host that insists on it.</summary>
/// <param name="dialer">Opens sockets.</param>
/// <param name="target">Where to.</param>
/// <param name="limit">Limit for one connection attempt.</param>
/// <param name="serverName">The name that the certificate has to carry.</param>
/// <param name="isOwnApp">Whether the far end is the app on this host: its certificate is a development one as a rule, and loopback proves no less than it.</param>
internal sealed class WebTlsConnector(Dialer dialer, EndPoint target, TimeSpan limit, string serverName, bool isOwnApp) : IConnector
{
    /// <inheritdoc />
    public ValueTask<UpstreamConnection> ConnectAsync(ConnectionUse use, CancellationToken cancellationToken)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = serverName };
        if (use != ConnectionUse.Tunnel)
        {
            options.ApplicationProtocols = Alpn.Offer(use);
        }

        if (isOwnApp)
        {
#pragma warning disable CA5359 // Loopback to the app that this proxy stands beside; see the parameter.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return dialer.ConnectAsync(target, limit, options, cancellationToken);
    }
}
