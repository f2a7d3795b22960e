using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Mesh.ControlPlane.Authority;

/// <summary>TLS of the API door in a cluster: shows the control plane's SVID; who calls is said by a token.</summary>
internal static class ServerTls
{
    /// <summary>The options of one listener.</summary>
    public static TlsHandshakeCallbackOptions For(ServerIdentity identity) => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = identity.Current,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        }),
    };
}
