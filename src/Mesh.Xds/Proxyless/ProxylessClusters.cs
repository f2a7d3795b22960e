using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using ClusterRecord = Mesh.Model.Snapshots.Cluster;

namespace Mesh.Xds.Proxyless;

/// <summary>Upstream ports for gRPC clients.</summary>
internal static class ProxylessClusters
{
    /// <summary>A cluster that never has an endpoint: calls to it fail at once. A cluster that is not there would be waited for.</summary>
    public const string NoBackendName = "mesh.dev/no-backend";

    /// <summary>The cluster of calls that have nowhere to go.</summary>
    public static XdsResource NoBackend { get; } = XdsResource.From(TypeUrls.Cluster, NoBackendName, Eds(NoBackendName));

    public static XdsResource Encode(ClusterRecord cluster, bool hasRings)
    {
        var message = Eds(cluster.Name);

        // gRPC's own limit of 1,024 calls at a time holds where nothing is said (gRFC A32).
        message.CircuitBreakers = new() { Thresholds = { new CircuitBreakers.Types.Thresholds { MaxRequests = (uint?)cluster.Limits.Requests ?? uint.MaxValue } } };
        message.OutlierDetection = cluster.Outliers is { } outliers ? OutlierDetectionCodec.Encode(outliers) : null; // gRFC A50
        message.LrsServer = new ConfigSource { Self = new(), ResourceApiVersion = ApiVersion.V3 };
        if (hasRings && cluster.LoadBalancing.Kind.IsByHash())
        {
            // No client has Maglev; a ring keeps keys in place as well.
            message.LbPolicy = ClusterMessage.Types.LbPolicy.RingHash;
            message.RingHashLbConfig = LoadBalancingCodec.Encode(cluster.LoadBalancing.Ring ?? new());
        }

        message.TransportSocket = ProxylessTls.Upstream(cluster.PeerIdentity!, cluster.ServerName);
        return XdsResource.From(TypeUrls.Cluster, cluster.Name, message);
    }

    private static ClusterMessage Eds(string name) => new()
    {
        Name = name,
        Type = ClusterMessage.Types.DiscoveryType.Eds,
        EdsClusterConfig = new() { EdsConfig = new ConfigSource { Ads = new(), ResourceApiVersion = ApiVersion.V3 } },

        // The one policy, rings apart, that all of them know: who wants least request or random gets it too. Weights are the localities'.
        LbPolicy = ClusterMessage.Types.LbPolicy.RoundRobin,
    };
}
