using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using static Envoy.Extensions.TransportSockets.Tls.V3.CommonTlsContext.Types;
using static Envoy.Extensions.TransportSockets.Tls.V3.SubjectAltNameMatcher.Types;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>
/// mTLS for Envoy. Secrets are named here and served by the relay beside it, over the same stream: the control plane has no keys. Versions and suites as between sidecars.
/// </summary>
internal static class EnvoyTls
{
    private const string SocketName = "envoy.transport_sockets.tls";

    /// <summary>Where the web's roots are in Debian and Alpine, and so in Envoy's images.</summary>
    public const string WebRoots = "/etc/ssl/certs/ca-certificates.crt";

    public static TransportSocket Upstream(SpiffeId peer, string serverName, IEnumerable<string> alpn, DoorTls bounds) => Socket(Any.Pack(new UpstreamTlsContext
    {
        CommonTlsContext = Common(TextMatchCodec.Exact(peer.Text), alpn, bounds),
        Sni = serverName,
    }));

    /// <summary>Any identity of the trust domain may shake hands; which of them may do what, the permissions say.</summary>
    public static TransportSocket Door(TrustDomain trustDomain, IEnumerable<string> alpn, DoorTls bounds) => Socket(Any.Pack(new DownstreamTlsContext
    {
        CommonTlsContext = Common(TextMatchCodec.Prefix($"spiffe://{trustDomain.Name}/"), alpn, bounds),
        RequireClientCertificate = true,
        RequireSni = true,
    }));

    private static CommonTlsContext Common(Envoy.Type.Matcher.V3.StringMatcher peer, IEnumerable<string> alpn, DoorTls bounds)
    {
        var validation = new CertificateValidationContext();
        validation.MatchTypedSubjectAltNames.Add(new SubjectAltNameMatcher { SanType = SanType.Uri, Matcher = peer });
        var common = new CommonTlsContext
        {
            TlsParams = TlsCodec.EncodeBounds(bounds),
            TlsCertificateSdsSecretConfigs = { Secret(TlsCodec.SvidSecret) },
            CombinedValidationContext = new CombinedCertificateValidationContext
            {
                DefaultValidationContext = validation,
                ValidationContextSdsSecretConfig = Secret(TlsCodec.BundleSecret),
            },
        };
        common.AlpnProtocols.AddRange(alpn);
        return common;
    }

    private static SdsSecretConfig Secret(string name) => new() { Name = name, SdsConfig = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 } };

    private static TransportSocket Socket(Any context) => new() { Name = SocketName, TypedConfig = context };
}
