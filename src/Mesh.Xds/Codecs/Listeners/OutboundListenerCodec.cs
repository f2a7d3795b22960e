using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using static Envoy.Extensions.Filters.Network.TcpProxy.V3.TcpProxy.Types.WeightedCluster.Types;

namespace Mesh.Xds.Codecs;

/// <summary>The caller's loopback listeners.</summary>
internal static class OutboundListenerCodec
{
    /// <summary>A tunnel to a cluster that never exists: how no backend at all is said, because a tunnel must name one.</summary>
    private const string NoBackend = "mesh.dev/no-backend";

    public static XdsResource Encode(OutboundListener listener) => XdsResource.From(TypeUrls.Listener, listener.Name, EncodeMessage(listener));

    public static Listener EncodeMessage(OutboundListener listener)
    {
        var settings = new OutboundSettings
        {
            Upstream = listener.Upstream.ToString(),
            Protocol = ValueCodec.Encode(listener.Protocol),
            IsDefaultPort = listener.IsDefaultPort,
        };
        var chain = new FilterChain { Name = listener.Name, Filters = { listener.Protocol.IsHttp() ? EncodeHttp(listener, settings) : EncodeTcp(listener) } };
        chain.Metadata = new Metadata().WithSettings(settings);
        return new()
        {
            Name = listener.Name,
            TrafficDirection = TrafficDirection.Outbound,
            Address = ListenerAddressCodec.Encode(IPAddress.Loopback, listener.ContainerPort),
            Metadata = new Metadata().WithOrigins(listener.Origins),
            FilterChains = { chain },
        };
    }

    public static OutboundListener Decode(Listener message)
    {
        var chain = message.FilterChains is [var only] ? only : throw new ResourceRefusedException("filter_chains: not exactly one");
        var settings = chain.Metadata.Settings<OutboundSettings>("filter_chains[0].metadata");
        var listener = new OutboundListener
        {
            Upstream = ValueCodec.DecodePort(settings.Upstream, "metadata.upstream"),
            Protocol = ValueCodec.Decode(settings.Protocol, "metadata.protocol"),
            ContainerPort = ListenerAddressCodec.Decode(message.Address),
            IsDefaultPort = settings.IsDefaultPort,
            Origins = message.Metadata.Origins(),
        };
        if (listener.Name != message.Name)
        {
            throw new ResourceRefusedException($"name: '{message.Name}' is not that of the listener for {settings.Upstream}");
        }

        return listener.Protocol.IsHttp() ? DecodeHttp(listener, chain, settings) : DecodeTcp(listener, chain);
    }

    private static Filter EncodeHttp(OutboundListener listener, OutboundSettings settings)
    {
        var manager = FilterChainCodec.Manager(listener.Name, listener.Protocol);
        manager.Rds = new Rds
        {
            RouteConfigName = listener.Name,
            ConfigSource = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 },
        };
        manager.AccessLog.AddRange(AccessLogCodec.Encode(listener.AccessLogs));
        settings.Telemetry = TelemetryCodec.Encode(listener.Telemetry, manager);
        return FilterChainCodec.Network(FilterChainCodec.HttpFilterName, manager);
    }

    private static OutboundListener DecodeHttp(OutboundListener listener, FilterChain chain, OutboundSettings settings)
    {
        var manager = FilterChainCodec.Manager(chain, "filter_chains[0]");
        var routes = manager.Rds?.RouteConfigName;
        return routes == listener.Name
            ? listener with
            {
                AccessLogs = AccessLogCodec.Decode(manager.AccessLog, [], "filter_chains[0]"),
                Telemetry = TelemetryCodec.Decode(settings.Telemetry, manager, "filter_chains[0]"),
            }
            : throw new ResourceRefusedException($"rds.route_config_name: '{routes}' is not the listener's own");
    }

    private static Filter EncodeTcp(OutboundListener listener)
    {
        var tunnel = new TcpProxy
        {
            StatPrefix = listener.Name,
            IdleTimeout = ValueCodec.OrZero(listener.IdleTimeout),
            MaxConnectAttempts = (uint)listener.MaxConnectAttempts,
            MaxDownstreamConnectionDuration = ValueCodec.OrAbsent(listener.MaxConnectionDuration),
            AccessLog = { AccessLogCodec.Encode(listener.AccessLogs) },
        };
        var backends = listener.TcpBackends.Where(backend => backend.Weight > 0).ToImmutableArray();
        if (backends is [{ Weight: 1 } only])
        {
            tunnel.Cluster = only.Cluster;
        }
        else if (backends.IsEmpty)
        {
            tunnel.Cluster = NoBackend;
        }
        else
        {
            tunnel.WeightedClusters = new();
            tunnel.WeightedClusters.Clusters.AddRange(
                backends.Select(backend => new ClusterWeight { Name = backend.Cluster, Weight = (uint)backend.Weight }));
        }

        return FilterChainCodec.Network(FilterChainCodec.TcpFilterName, tunnel);
    }

    private static OutboundListener DecodeTcp(OutboundListener listener, FilterChain chain)
    {
        var tunnel = FilterChainCodec.Tunnel(chain, "filter_chains[0]");
        return listener with
        {
            TcpBackends = tunnel.ClusterSpecifierCase switch
            {
                TcpProxy.ClusterSpecifierOneofCase.Cluster when tunnel.Cluster == NoBackend => [],
                TcpProxy.ClusterSpecifierOneofCase.Cluster => [new WeightedCluster(tunnel.Cluster)],
                TcpProxy.ClusterSpecifierOneofCase.WeightedClusters =>
                    [.. tunnel.WeightedClusters.Clusters.Select(cluster => new WeightedCluster(cluster.Name, (int)cluster.Weight))],
                _ => throw new ResourceRefusedException("tcp_proxy: no destination"),
            },
            IdleTimeout = ValueCodec.ZeroIsNone(tunnel.IdleTimeout),
            MaxConnectionDuration = ValueCodec.ZeroIsNone(tunnel.MaxDownstreamConnectionDuration),
            MaxConnectAttempts = (int)(tunnel.MaxConnectAttempts ?? 1),
            AccessLogs = AccessLogCodec.Decode(tunnel.AccessLog, [], "filter_chains[0]"),
        };
    }
}
