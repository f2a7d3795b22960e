using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Testing.Clients;

/// <summary>Connects to a mesh door with the certificate of another service's sidecar.</summary>
/// <param name="callerState">The caller's sidecar's state directory.</param>
/// <param name="trustDomain">The mesh's.</param>
/// <param name="target">Whom it calls.</param>
/// <param name="door">Where that is.</param>
/// <param name="isHttp2">Whether HTTP/2 is spoken.</param>
internal sealed class DoorConnector(string callerState, TrustDomain trustDomain, PortRef target, IPEndPoint door, bool isHttp2)
{
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        // Read for each connection: sidecars renew their certificates.
        var (certificate, bundle) = Identity();
        var socket = new Socket(door.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(door, cancellationToken);
            var secure = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = ResourceNames.ServerName(target),
                    ClientCertificateContext = certificate,
                    ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, // the door decides
                    RemoteCertificateValidationCallback = (_, peer, chain, _) => IsCallee(peer, chain, bundle),
                },
                cancellationToken);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private (SslStreamCertificateContext Certificate, TrustBundle Bundle) Identity()
    {
        var svid = Path.Combine(callerState, "svid.pem");
        if (!File.Exists(svid))
        {
            throw new HttpRequestException($"The caller's sidecar has no certificate yet: await app.{nameof(MeshTestingExtensions.WaitForMeshAsync)}() first.");
        }

        var text = File.ReadAllText(svid);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        using var leaf = X509Certificate2.CreateFromPem(text, text);

        // Windows' TLS takes no keys that live in memory only.
        var usable = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        return (SslStreamCertificateContext.Create(usable, [.. chain.Skip(1)], offline: true), TrustBundle.FromPem([File.ReadAllText(Path.Combine(callerState, "bundle.pem"))]));
    }

    private bool IsCallee(X509Certificate? peer, X509Chain? chain, TrustBundle bundle) =>
        peer is X509Certificate2 leaf
        && SvidVerifier.Verify(leaf, chain?.ChainPolicy.ExtraStore ?? [], bundle, trustDomain, SvidRole.Server, TimeProvider.System.GetUtcNow()) is { IsValid: true } verified
        && verified.Id == SpiffeId.ForService(trustDomain, target.Service);
}
