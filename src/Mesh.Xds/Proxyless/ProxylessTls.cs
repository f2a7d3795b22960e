using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Identity;
using Mesh.Xds.Codecs;

namespace Mesh.Xds.Proxyless;

/// <summary>mTLS for gRPC: certificate and roots come from a provider of the client's own bootstrap; only the provider's name travels (gRFC A29).</summary>
internal static class ProxylessTls
{
    /// <summary>The provider in <c>certificate_providers</c> that has key, chain and roots.</summary>
    public const string Provider = "mesh";

    private const string SocketName = "envoy.transport_sockets.tls";

    public static TransportSocket Upstream(SpiffeId peer, string serverName)
    {
        var validation = Roots();
#pragma warning disable CS0612 // gRPC clients know no typed form
        validation.MatchSubjectAltNames.Add(TextMatchCodec.Exact(peer.Text));
#pragma warning restore CS0612
        return Socket(Any.Pack(new UpstreamTlsContext { CommonTlsContext = Common(validation), Sni = serverName }));
    }

    public static TransportSocket Door() =>
        Socket(Any.Pack(new DownstreamTlsContext { CommonTlsContext = Common(Roots()), RequireClientCertificate = true }));

    private static CertificateValidationContext Roots() => new() { CaCertificateProviderInstance = Instance() };

    private static CommonTlsContext Common(CertificateValidationContext validation) => new() { TlsCertificateProviderInstance = Instance(), ValidationContext = validation };

    private static CertificateProviderPluginInstance Instance() => new() { InstanceName = Provider };

    private static TransportSocket Socket(Any context) => new() { Name = SocketName, TypedConfig = context };
}
