using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;
using static Envoy.Extensions.TransportSockets.Tls.V3.SubjectAltNameMatcher.Types;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using ClusterRecord = Mesh.Model.Snapshots.Cluster;
using EndpointMessage = Envoy.Config.Endpoint.V3.Endpoint;

namespace Mesh.Xds.Codecs;

/// <summary>Hosts outside the mesh: their addresses, and how TLS is begun there. Keys are named by file; none travels.</summary>
internal static class ExternalClusterCodec
{
    private const string SocketName = "envoy.transport_sockets.tls";

    public static void Encode(ClusterRecord cluster, ClusterMessage message)
    {
        // Envoy's LOGICAL_DNS has exactly one address.
        message.Type = cluster.ExternalEndpoints.IsEmpty ? ClusterMessage.Types.DiscoveryType.LogicalDns : ClusterMessage.Types.DiscoveryType.StrictDns;
        var locality = new LocalityLbEndpoints { Locality = new Locality() };
        locality.LbEndpoints.Add(Address(cluster.ExternalHost ?? "", cluster.ExternalPort ?? 0, weight: 1));
        locality.LbEndpoints.AddRange(cluster.ExternalEndpoints.Select(endpoint => Address(endpoint.Host, endpoint.Port, endpoint.Weight)));
        message.LoadAssignment = new ClusterLoadAssignment { ClusterName = cluster.Name, Endpoints = { locality } };
        if (cluster.ExternalTls is { } tls)
        {
            message.TransportSocket = Socket(tls, cluster.ExternalHost ?? "", defaultRoots: null);
        }
    }

    /// <summary>TLS towards a host.</summary>
    /// <param name="tls">What is said of it.</param>
    /// <param name="host">The host.</param>
    /// <param name="defaultRoots">File with what is believed where nothing is said; <see langword="null"/>: the receiver knows.</param>
    /// <param name="alpn">What is offered.</param>
    public static TransportSocket Socket(ExternalTls tls, string host, string? defaultRoots, params IEnumerable<string> alpn)
    {
        var name = tls.ServerName ?? host;
        var common = new CommonTlsContext { ValidationContext = new CertificateValidationContext() };
        common.ValidationContext.TrustedCa = tls switch
        {
            { CaFile: { } file } => new DataSource { Filename = file },
            { Ca: { } pem } => new DataSource { InlineString = pem },
            _ => defaultRoots is null ? null : new DataSource { Filename = defaultRoots },
        };
        var type = Uri.CheckHostName(name) is UriHostNameType.IPv4 or UriHostNameType.IPv6 ? SanType.IpAddress : SanType.Dns;
        common.ValidationContext.MatchTypedSubjectAltNames.Add(new SubjectAltNameMatcher { SanType = type, Matcher = TextMatchCodec.Exact(name) });
        if (tls is { CertificateFile: { } certificate, KeyFile: { } key })
        {
            common.TlsCertificates.Add(new TlsCertificate { CertificateChain = new DataSource { Filename = certificate }, PrivateKey = new DataSource { Filename = key } });
        }

        common.AlpnProtocols.AddRange(alpn);
        return new() { Name = SocketName, TypedConfig = MessageName.Pack(new UpstreamTlsContext { CommonTlsContext = common, Sni = name }) };
    }

    public static ClusterRecord Decode(ClusterRecord cluster, ClusterMessage message)
    {
        var addresses = message.LoadAssignment?.Endpoints is [{ LbEndpoints: { Count: > 0 } found }] ? found.Select(Decode).ToArray() : throw new ResourceRefusedException("load_assignment: no address");
        return cluster with
        {
            Kind = ClusterKind.External,
            ExternalHost = addresses[0].Host,
            ExternalPort = addresses[0].Port,
            ExternalEndpoints = addresses.Length == 1 ? [] : [.. addresses[1..]],
            ExternalTls = message.TransportSocket is { } socket ? Decode(socket, addresses[0].Host) : null,
        };
    }

    private static ExternalTls Decode(TransportSocket socket, string host)
    {
        const string where = "cluster.transport_socket";
        var tls = ValueCodec.Unpack<UpstreamTlsContext>(socket.TypedConfig, where);
        var common = tls.CommonTlsContext;
        if (common?.ValidationContext?.MatchTypedSubjectAltNames is not [{ Matcher: { HasExact: true } name }] || name.Exact != tls.Sni || tls.Sni.Length == 0)
        {
            throw new ResourceRefusedException($"{where}: not exactly the server name to check the certificate against");
        }

        var certificate = common.TlsCertificates switch
        {
            [] => null,
            [{ CertificateChain.Filename.Length: > 0, PrivateKey.Filename.Length: > 0 } only] => only,
            _ => throw new ResourceRefusedException($"{where}.tls_certificates: not exactly one whose certificate and key are files"),
        };
        return new()
        {
            ServerName = tls.Sni == host ? null : tls.Sni,
            CaFile = common.ValidationContext.TrustedCa is { HasFilename: true } file ? file.Filename : null,
            Ca = common.ValidationContext.TrustedCa is { HasInlineString: true } inline ? inline.InlineString : null,
            CertificateFile = certificate?.CertificateChain.Filename,
            KeyFile = certificate?.PrivateKey.Filename,
        };
    }

    private static LbEndpoint Address(string host, int port, int weight) => new()
    {
        Endpoint = new EndpointMessage { Address = new Address { SocketAddress = new SocketAddress { Address = host, PortValue = (uint)port } } },
        LoadBalancingWeight = weight == 1 ? null : (uint)weight,
    };

    private static ExternalEndpoint Decode(LbEndpoint endpoint) => endpoint.Endpoint?.Address?.SocketAddress is { Address.Length: > 0, PortValue: > 0 and <= ushort.MaxValue } address
        ? new ExternalEndpoint(address.Address, (int)address.PortValue, (int)(endpoint.LoadBalancingWeight ?? 1))
        : throw new ResourceRefusedException("load_assignment: an address without host or port");
}
