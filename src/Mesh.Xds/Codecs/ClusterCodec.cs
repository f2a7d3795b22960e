using System.Globalization;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using static Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions.Types;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using ClusterRecord = Mesh.Model.Snapshots.Cluster;
using EndpointMessage = Envoy.Config.Endpoint.V3.Endpoint;
using HttpOptions = Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions;

namespace Mesh.Xds.Codecs;

/// <summary>Upstream ports.</summary>
internal static class ClusterCodec
{
    private const string HttpOptionsName = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    public static XdsResource Encode(ClusterRecord cluster) => XdsResource.From(TypeUrls.Cluster, cluster.Name, EncodeMessage(cluster));

    public static ClusterMessage EncodeMessage(ClusterRecord cluster)
    {
        var settings = new ClusterSettings
        {
            Upstream = cluster.Upstream.ToString(),
            Protocol = ValueCodec.Encode(cluster.Protocol),
            RetryBudgetInterval = Duration.FromTimeSpan(cluster.RetryBudget.Interval),
            RetryBudgetMinPerSecond = (uint)cluster.RetryBudget.MinPerSecond,
        };
        var metadata = new Metadata().WithOrigins(cluster.Origins);
        var message = new ClusterMessage
        {
            Name = cluster.Name,
            ConnectTimeout = Duration.FromTimeSpan(cluster.Connect),
            Metadata = metadata,
            CircuitBreakers = CircuitBreakerCodec.Encode(cluster.Limits, cluster.RetryBudget, metadata),
        };
        message.TypedExtensionProtocolOptions[HttpOptionsName] = MessageName.Pack(Encode(cluster.Wire, cluster.Idle));
        LoadBalancingCodec.Encode(cluster.LoadBalancing, message, metadata, settings);
        OutlierDetectionCodec.Encode(cluster, message, metadata);
        metadata.WithSettings(settings);
        if (cluster.Kind == ClusterKind.External)
        {
            EncodeExternal(cluster, message);
        }
        else
        {
            message.Type = ClusterMessage.Types.DiscoveryType.Eds;
            message.EdsClusterConfig = new() { EdsConfig = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 } };
        }

        if (cluster.PeerIdentity is not null)
        {
            message.TransportSocket = TlsCodec.EncodeUpstream(cluster.PeerIdentity, cluster.ServerName, DoorCodec.Alpn(cluster.Protocol));
        }

        return message;
    }

    public static ClusterRecord Decode(ClusterMessage message)
    {
        var settings = message.Metadata.Settings<ClusterSettings>("metadata");
        var options = ValueCodec.Unpack<HttpOptions>(
            message.TypedExtensionProtocolOptions.GetValueOrDefault(HttpOptionsName), "typed_extension_protocol_options");
        var cluster = new ClusterRecord
        {
            Upstream = ValueCodec.DecodePort(settings.Upstream, "metadata.upstream"),
            Protocol = ValueCodec.Decode(settings.Protocol, "metadata.protocol"),
            Connect = ValueCodec.Required(message.ConnectTimeout, "connect_timeout"),
            Idle = ValueCodec.Required(options.CommonHttpProtocolOptions?.IdleTimeout, "common_http_protocol_options.idle_timeout"),
            Wire = DecodeWire(options),
            LoadBalancing = LoadBalancingCodec.Decode(message, settings, "cluster"),
            RetryBudget = CircuitBreakerCodec.DecodeBudget(message.CircuitBreakers, settings),
            Limits = CircuitBreakerCodec.DecodeLimits(message.CircuitBreakers, message.Metadata),
            Outliers = OutlierDetectionCodec.Decode(message.OutlierDetection, message.Metadata),
            PanicThreshold = OutlierDetectionCodec.DecodePanicThreshold(message),
            Origins = message.Metadata.Origins(),
        };
        cluster = message.Type switch
        {
            ClusterMessage.Types.DiscoveryType.Eds => cluster with { Kind = ClusterKind.Mesh },
            ClusterMessage.Types.DiscoveryType.LogicalDns => DecodeExternal(cluster, message),
            _ => throw new ResourceRefusedException($"type: {message.Type} is not supported"),
        };
        if (cluster.Kind == ClusterKind.Mesh || message.TransportSocket is not null)
        {
            var (peer, serverName) = TlsCodec.DecodeUpstream(message.TransportSocket, "cluster");
            cluster = serverName == cluster.ServerName
                ? cluster with { PeerIdentity = peer }
                : throw new ResourceRefusedException($"transport_socket.sni: '{serverName}' is not {cluster.ServerName}");
        }

        return cluster.Name == message.Name
            ? cluster
            : throw new ResourceRefusedException($"name: '{message.Name}' is not that of {settings.Upstream}");
    }

    private static HttpOptions Encode(WireProtocol wire, TimeSpan idle)
    {
        var options = new HttpOptions { CommonHttpProtocolOptions = new() { IdleTimeout = Duration.FromTimeSpan(idle) } };
        switch (wire)
        {
            case WireProtocol.Http1:
                options.ExplicitHttpConfig = new ExplicitHttpConfig { HttpProtocolOptions = new() };
                break;
            case WireProtocol.Http2:
                options.ExplicitHttpConfig = new ExplicitHttpConfig { Http2ProtocolOptions = new() };
                break;
            default:
                options.AutoConfig = new AutoHttpConfig();
                break;
        }

        return options;
    }

    private static WireProtocol DecodeWire(HttpOptions options) => options switch
    {
        { AutoConfig: not null } => WireProtocol.Auto,
        { ExplicitHttpConfig.HttpProtocolOptions: not null } => WireProtocol.Http1,
        { ExplicitHttpConfig.Http2ProtocolOptions: not null } => WireProtocol.Http2,
        _ => throw new ResourceRefusedException($"typed_extension_protocol_options: {options.UpstreamProtocolOptionsCase} is not supported"),
    };

    private static void EncodeExternal(ClusterRecord cluster, ClusterMessage message)
    {
        message.Type = ClusterMessage.Types.DiscoveryType.LogicalDns;
        var address = new SocketAddress { Address = cluster.ExternalHost ?? "", PortValue = (uint)(cluster.ExternalPort ?? 0) };
        var endpoint = new LbEndpoint { Endpoint = new EndpointMessage { Address = new Address { SocketAddress = address } } };
        var locality = new LocalityLbEndpoints { Locality = new Locality(), LbEndpoints = { endpoint } };
        message.LoadAssignment = new ClusterLoadAssignment { ClusterName = cluster.Name, Endpoints = { locality } };
    }

    private static ClusterRecord DecodeExternal(ClusterRecord cluster, ClusterMessage message)
    {
        var address = message.LoadAssignment?.Endpoints is [{ LbEndpoints: [{ Endpoint.Address.SocketAddress: { } socket }] }] ? socket : null;
        return address is { Address.Length: > 0, PortValue: > 0 and <= ushort.MaxValue }
            ? cluster with { Kind = ClusterKind.External, ExternalHost = address.Address, ExternalPort = (int)address.PortValue }
            : throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"load_assignment: not exactly one host with a port"));
    }
}
