using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using ClusterRecord = Mesh.Model.Snapshots.Cluster;
using Thresholds = Envoy.Config.Cluster.V3.CircuitBreakers.Types.Thresholds;

namespace Mesh.Xds.EnvoyProxy;

/// <summary>Upstream ports for Envoy.</summary>
internal static class EnvoyClusters
{
    public static XdsResource Encode(ClusterRecord cluster) => XdsResource.From(TypeUrls.Cluster, cluster.Name, EncodeMessage(cluster));

    /// <summary>Where the keys of token providers are fetched: Envoy reaches nothing without a cluster.</summary>
    public static IEnumerable<XdsResource> Keys(IEnumerable<TokenProvider> providers) =>
        providers.Select(provider => provider.KeysUrl).OfType<Uri>().DistinctBy(TokenProviderCodec.KeysCluster).Select(url =>
        {
            var message = EncodeMessage(new ClusterRecord
            {
                Upstream = new PortRef(new ServiceId("mesh-system", "jwks"), url.Scheme),
                Kind = ClusterKind.External,
                Protocol = url.Scheme == Uri.UriSchemeHttps ? AppProtocol.Https : AppProtocol.Http,
                Wire = WireProtocol.Http1,
                ExternalHost = url.Host.Trim('[', ']'),
                ExternalPort = url.Port,
            });
            message.Name = TokenProviderCodec.KeysCluster(url);
            message.LoadAssignment.ClusterName = message.Name;
            return XdsResource.From(TypeUrls.Cluster, message.Name, message);
        });

    private static Envoy.Config.Cluster.V3.Cluster EncodeMessage(ClusterRecord cluster)
    {
        if (cluster is { Kind: ClusterKind.External, Wire: WireProtocol.Auto } && cluster is not { Protocol: AppProtocol.Https } and not { ExternalTls: not null })
        {
            // Envoy agrees on a version by ALPN only, and in clear text there is none.
            cluster = cluster with { Wire = cluster.Protocol.IsHttp2() ? WireProtocol.Http2 : WireProtocol.Http1 };
        }

        var message = ClusterCodec.EncodeMessage(cluster);
        message.Metadata.TypedFilterMetadata.Clear();
        if (!cluster.Protocol.IsHttp())
        {
            message.TypedExtensionProtocolOptions.Clear();
        }

        // Envoy's own limits of 1,024 at a time hold where nothing is said.
        foreach (var limits in message.CircuitBreakers.Thresholds)
        {
            Unlimit(limits);
        }

        // Panic would take in replicas that are not ready; where a policy leaves some out that are, it is the policy's word.
        message.CommonLbConfig ??= new();
        message.CommonLbConfig.HealthyPanicThreshold = new() { Value = cluster.Outliers is null && cluster.HealthCheck is null ? 0 : cluster.PanicThreshold };
        if (cluster.Kind == ClusterKind.Mesh)
        {
            message.TransportSocket = EnvoyTls.Upstream(cluster.PeerIdentity!, cluster.ServerName, Alpn(cluster), cluster.Tls);
        }
        else if (cluster.Protocol == AppProtocol.Https || cluster.ExternalTls is not null)
        {
            message.TransportSocket = ExternalClusterCodec.Socket(cluster.ExternalTls ?? new(), cluster.ExternalHost ?? "", EnvoyTls.WebRoots, cluster.Protocol.IsHttp() ? Alpn(cluster) : []);
        }

        return message;
    }

    /// <summary>Envoy offers what it is told and speaks what it is told, whatever the peer chose: the two have to fit.</summary>
    private static ImmutableArray<string> Alpn(ClusterRecord cluster) => (cluster.Protocol.IsHttp(), cluster.Wire) switch
    {
        (true, WireProtocol.Http1) => ["http/1.1"],
        (true, WireProtocol.Http2) => ["h2"],
        _ => DoorCodec.Alpn(cluster.Protocol),
    };

    private static void Unlimit(Thresholds limits)
    {
        limits.Priority = RoutingPriority.Default;
        limits.MaxConnections ??= uint.MaxValue;
        limits.MaxPendingRequests ??= uint.MaxValue;
        limits.MaxRequests ??= uint.MaxValue;
        if (limits.MaxRetries is not null)
        {
            limits.RetryBudget = null; // Envoy hears the budget alone where there are both, and the limit is what somebody asked for
        }
    }
}
