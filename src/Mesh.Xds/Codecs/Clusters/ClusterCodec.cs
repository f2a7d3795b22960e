using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using static Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions.Types;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using ClusterRecord = Mesh.Model.Snapshots.Cluster;
using HttpOptions = Envoy.Extensions.Upstreams.Http.V3.HttpProtocolOptions;

namespace Mesh.Xds.Codecs;

/// <summary>Upstream ports.</summary>
internal static class ClusterCodec
{
    private const string TlsOrigin = "tls";
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
        message.TypedExtensionProtocolOptions[HttpOptionsName] = MessageName.Pack(Options(cluster));
        LoadBalancingCodec.Encode(cluster.LoadBalancing, message, metadata, settings);
        OutlierDetectionCodec.Encode(cluster, message, metadata);
        HealthCheckCodec.Encode(cluster, message, metadata);
        metadata.WithSettings(settings);
        if (cluster.Kind == ClusterKind.External)
        {
            ExternalClusterCodec.Encode(cluster, message);
        }
        else
        {
            message.Type = ClusterMessage.Types.DiscoveryType.Eds;
            message.EdsClusterConfig = new() { EdsConfig = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 } };
        }

        if (cluster.PeerIdentity is not null)
        {
            message.TransportSocket = TlsCodec.EncodeUpstream(cluster.PeerIdentity, cluster.ServerName, DoorCodec.Alpn(cluster.Protocol), cluster.Tls);
            metadata.WithOrigin(TlsOrigin, cluster.Tls.Origin);
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
            MaxConnectionDuration = ValueCodec.ZeroIsNone(options.CommonHttpProtocolOptions?.MaxConnectionDuration),
            Wire = DecodeWire(options),
            LoadBalancing = LoadBalancingCodec.Decode(message, settings, "cluster"),
            RetryBudget = CircuitBreakerCodec.DecodeBudget(message.CircuitBreakers, settings),
            Limits = CircuitBreakerCodec.DecodeLimits(message.CircuitBreakers, message.Metadata),
            Outliers = OutlierDetectionCodec.Decode(message.OutlierDetection, message.Metadata),
            HealthCheck = HealthCheckCodec.Decode(message),
            PanicThreshold = OutlierDetectionCodec.DecodePanicThreshold(message),
            Origins = message.Metadata.Origins(),
        };
        cluster = message.Type switch
        {
            ClusterMessage.Types.DiscoveryType.Eds => cluster with { Kind = ClusterKind.Mesh },
            ClusterMessage.Types.DiscoveryType.LogicalDns or ClusterMessage.Types.DiscoveryType.StrictDns => ExternalClusterCodec.Decode(cluster, message),
            _ => throw new ResourceRefusedException($"type: {message.Type} is not supported"),
        };
        if (cluster.Kind == ClusterKind.Mesh)
        {
            var (peer, serverName, bounds) = TlsCodec.DecodeUpstream(message.TransportSocket, "cluster");
            cluster = serverName == cluster.ServerName
                ? cluster with { PeerIdentity = peer, Tls = bounds with { Origin = message.Metadata.Origin(TlsOrigin) } }
                : throw new ResourceRefusedException($"transport_socket.sni: '{serverName}' is not {cluster.ServerName}");
        }

        return cluster.Name == message.Name
            ? cluster
            : throw new ResourceRefusedException($"name: '{message.Name}' is not that of {settings.Upstream}");
    }

    private static HttpOptions Options(ClusterRecord cluster)
    {
        var options = new HttpOptions
        {
            CommonHttpProtocolOptions = new() { IdleTimeout = Duration.FromTimeSpan(cluster.Idle), MaxConnectionDuration = ValueCodec.OrAbsent(cluster.MaxConnectionDuration) },
        };
        switch (cluster.Wire)
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
}
