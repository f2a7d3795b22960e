using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;
using static Envoy.Extensions.TransportSockets.Tls.V3.CommonTlsContext.Types;
using static Envoy.Extensions.TransportSockets.Tls.V3.TlsParameters.Types;

namespace Mesh.Xds.Codecs;

/// <summary>mTLS between sidecars. Certificate and bundle are the sidecar's own; only their names travel.</summary>
internal static class TlsCodec
{
    /// <summary>The sidecar's own certificate and key.</summary>
    public const string SvidSecret = "svid";

    /// <summary>The roots that are trusted now.</summary>
    public const string BundleSecret = "bundle";

    private const string SocketName = "envoy.transport_sockets.tls";

    public static TransportSocket EncodeDoor(IEnumerable<string> alpn, DoorTls bounds)
    {
        var common = Common(alpn, bounds);
        common.ValidationContextSdsSecretConfig = new SdsSecretConfig { Name = BundleSecret };
        return Socket(MessageName.Pack(new DownstreamTlsContext { CommonTlsContext = common, RequireClientCertificate = true, RequireSni = true }));
    }

    /// <summary>What may be agreed on. A mesh door that does not ask for a certificate would be no door.</summary>
    public static DoorTls DecodeDoor(TransportSocket? socket, string where)
    {
        var tls = ValueCodec.Unpack<DownstreamTlsContext>(socket?.TypedConfig, $"{where}.transport_socket");
        if (tls.RequireClientCertificate != true || tls.CommonTlsContext?.ValidationContextSdsSecretConfig?.Name != BundleSecret)
        {
            throw new ResourceRefusedException($"{where}.transport_socket: a mesh door has to require a client certificate and check it against '{BundleSecret}'");
        }

        return DecodeBounds(tls.CommonTlsContext, where);
    }

    public static TransportSocket EncodeUpstream(SpiffeId peer, string serverName, IEnumerable<string> alpn, DoorTls bounds)
    {
        var validation = new CertificateValidationContext();
        validation.MatchTypedSubjectAltNames.Add(new SubjectAltNameMatcher
        {
            SanType = SubjectAltNameMatcher.Types.SanType.Uri,
            Matcher = TextMatchCodec.Exact(peer.Text),
        });
        var common = Common(alpn, bounds);
        common.CombinedValidationContext = new CombinedCertificateValidationContext
        {
            DefaultValidationContext = validation,
            ValidationContextSdsSecretConfig = new SdsSecretConfig { Name = BundleSecret },
        };
        return Socket(MessageName.Pack(new UpstreamTlsContext { CommonTlsContext = common, Sni = serverName }));
    }

    public static (SpiffeId Peer, string ServerName, DoorTls Bounds) DecodeUpstream(TransportSocket? socket, string where)
    {
        var tls = ValueCodec.Unpack<UpstreamTlsContext>(socket?.TypedConfig, $"{where}.transport_socket");
        var names = tls.CommonTlsContext?.CombinedValidationContext?.DefaultValidationContext?.MatchTypedSubjectAltNames;
        return names is [{ SanType: SubjectAltNameMatcher.Types.SanType.Uri, Matcher: { HasExact: true, IgnoreCase: false } name }]
            && SpiffeId.TryParse(name.Exact, out var peer)
                ? (peer, tls.Sni, DecodeBounds(tls.CommonTlsContext!, where))
                : throw new ResourceRefusedException($"{where}.transport_socket: not exactly one SPIFFE id that the peer has to show");
    }

    /// <summary>Versions and suites; between sidecars what holds without any policy needs no words.</summary>
    public static TlsParameters EncodeBounds(DoorTls bounds) => new()
    {
        TlsMinimumProtocolVersion = Encode(bounds.Min),
        TlsMaximumProtocolVersion = Encode(bounds.Max),
        CipherSuites = { bounds.Ciphers.Select(TlsCiphers.ToWord) },
    };

    private static DoorTls DecodeBounds(CommonTlsContext common, string where)
    {
        if (common.TlsParams is not { } bounds)
        {
            return DoorTls.Default;
        }

        var min = Decode(bounds.TlsMinimumProtocolVersion, $"{where}.transport_socket.tls_params.tls_minimum_protocol_version");
        var max = Decode(bounds.TlsMaximumProtocolVersion, $"{where}.transport_socket.tls_params.tls_maximum_protocol_version");
        return new()
        {
            Min = min,
            Max = max >= min ? max : throw new ResourceRefusedException($"{where}.transport_socket.tls_params: no version is between {min} and {max}"),
            Ciphers =
            [
                .. bounds.CipherSuites.Select(name => TlsCiphers.ByWord.TryGetValue(name, out var cipher)
                    ? cipher
                    : throw new ResourceRefusedException($"{where}.transport_socket.tls_params.cipher_suites: '{name}' is not known")),
            ],
        };
    }

    private static TlsProtocol Encode(TlsVersion version) => version == TlsVersion.TLS12 ? TlsProtocol.Tlsv12 : TlsProtocol.Tlsv13;

    private static TlsVersion Decode(TlsProtocol version, string where) => version switch
    {
        TlsProtocol.Tlsv12 => TlsVersion.TLS12,
        TlsProtocol.Tlsv13 => TlsVersion.TLS13,
        _ => throw new ResourceRefusedException($"{where}: {version} is not supported"),
    };

    private static CommonTlsContext Common(IEnumerable<string> alpn, DoorTls bounds)
    {
        var common = new CommonTlsContext { TlsParams = bounds.IsDefault ? null : EncodeBounds(bounds) };
        common.TlsCertificateSdsSecretConfigs.Add(new SdsSecretConfig { Name = SvidSecret });
        common.AlpnProtocols.AddRange(alpn);
        return common;
    }

    private static TransportSocket Socket(Any context) => new() { Name = SocketName, TypedConfig = context };
}
