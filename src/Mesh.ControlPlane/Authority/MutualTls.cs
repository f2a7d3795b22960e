using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Mesh.ControlPlane.Authority;

/// <summary>TLS of the gRPC door: shows the control plane's SVID, keeps what the peer shows.</summary>
internal static class MutualTls
{
    /// <summary>The options of one listener.</summary>
    public static TlsHandshakeCallbackOptions For(ServerIdentity identity) => new()
    {
        OnConnection = context => ValueTask.FromResult(Options(identity, context.Connection)),
    };

    private static SslServerAuthenticationOptions Options(ServerIdentity identity, BaseConnectionContext connection) => new()
    {
        ServerCertificateContext = identity.Current,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        EnabledSslProtocols = HandshakeVersions.Usual,

        // Optional: a sidecar without an SVID comes with a token. Verified at each call and not here, so that the refusal has words; PeerConnections ends what is open when an SVID expires or its root is retired.
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Keep(connection, certificate, chain),

        // A resumed session would come without the intermediates.
        AllowTlsResume = false,
    };

    private static bool Keep(BaseConnectionContext connection, X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is null || connection.Features.Get<IConnectionItemsFeature>() is not { } items)
        {
            return certificate is null;
        }

        // Copies: the handshake disposes of its own.
        var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var intermediates = chain?.ChainPolicy.ExtraStore.Select(c => X509CertificateLoader.LoadCertificate(c.RawData));
        items.Items[typeof(PeerCertificates)] = new PeerCertificates(leaf, [.. intermediates ?? []]);
        return true;
    }
}
