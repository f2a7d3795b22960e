using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Identity;
using Mesh.Xds.Wire;
using static Envoy.Extensions.TransportSockets.Tls.V3.CommonTlsContext.Types;

namespace Mesh.Xds.Codecs;

/// <summary>mTLS between sidecars. Certificate and bundle are the sidecar's own; only their names travel.</summary>
internal static class TlsCodec
{
    /// <summary>The sidecar's own certificate and key.</summary>
    public const string SvidSecret = "svid";

    /// <summary>The roots that are trusted now.</summary>
    public const string BundleSecret = "bundle";

    private const string SocketName = "envoy.transport_sockets.tls";

    public static TransportSocket EncodeDoor(IEnumerable<string> alpn)
    {
        var common = Common(alpn);
        common.ValidationContextSdsSecretConfig = new SdsSecretConfig { Name = BundleSecret };
        return Socket(MessageName.Pack(new DownstreamTlsContext { CommonTlsContext = common, RequireClientCertificate = true, RequireSni = true }));
    }

    /// <summary>A mesh door that does not ask for a certificate would be no door.</summary>
    public static void CheckDoor(TransportSocket? socket, string where)
    {
        var tls = ValueCodec.Unpack<DownstreamTlsContext>(socket?.TypedConfig, $"{where}.transport_socket");
        if (tls.RequireClientCertificate != true || tls.CommonTlsContext?.ValidationContextSdsSecretConfig?.Name != BundleSecret)
        {
            throw new ResourceRefusedException($"{where}.transport_socket: a mesh door has to require a client certificate and check it against '{BundleSecret}'");
        }
    }

    public static TransportSocket EncodeUpstream(SpiffeId peer, string serverName, IEnumerable<string> alpn)
    {
        var validation = new CertificateValidationContext();
        validation.MatchTypedSubjectAltNames.Add(new SubjectAltNameMatcher
        {
            SanType = SubjectAltNameMatcher.Types.SanType.Uri,
            Matcher = TextMatchCodec.Exact(peer.Text),
        });
        var common = Common(alpn);
        common.CombinedValidationContext = new CombinedCertificateValidationContext
        {
            DefaultValidationContext = validation,
            ValidationContextSdsSecretConfig = new SdsSecretConfig { Name = BundleSecret },
        };
        return Socket(MessageName.Pack(new UpstreamTlsContext { CommonTlsContext = common, Sni = serverName }));
    }

    public static (SpiffeId Peer, string ServerName) DecodeUpstream(TransportSocket? socket, string where)
    {
        var tls = ValueCodec.Unpack<UpstreamTlsContext>(socket?.TypedConfig, $"{where}.transport_socket");
        var names = tls.CommonTlsContext?.CombinedValidationContext?.DefaultValidationContext?.MatchTypedSubjectAltNames;
        return names is [{ SanType: SubjectAltNameMatcher.Types.SanType.Uri, Matcher: { HasExact: true, IgnoreCase: false } name }]
            && SpiffeId.TryParse(name.Exact, out var peer)
                ? (peer, tls.Sni)
                : throw new ResourceRefusedException($"{where}.transport_socket: not exactly one SPIFFE id that the peer has to show");
    }

    private static CommonTlsContext Common(IEnumerable<string> alpn)
    {
        var common = new CommonTlsContext();
        common.TlsCertificateSdsSecretConfigs.Add(new SdsSecretConfig { Name = SvidSecret });
        common.AlpnProtocols.AddRange(alpn);
        return common;
    }

    private static TransportSocket Socket(Any context) => new() { Name = SocketName, TypedConfig = context };
}
