using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using LbPolicy = Envoy.Config.Cluster.V3.Cluster.Types.LbPolicy;

namespace Mesh.Xds.Codecs;

/// <summary>How a replica is picked.</summary>
internal static class LoadBalancingCodec
{
    private const string OriginName = "loadBalancing";

    public static void Encode(LoadBalancing balancing, ClusterMessage cluster, Metadata metadata)
    {
        cluster.LbPolicy = balancing.Kind switch
        {
            LoadBalancingKind.RoundRobin => LbPolicy.RoundRobin,
            LoadBalancingKind.LeastRequest => LbPolicy.LeastRequest,
            LoadBalancingKind.Random => LbPolicy.Random,
            _ => throw new ArgumentOutOfRangeException(nameof(balancing), balancing.Kind, null),
        };
        if (balancing.Kind == LoadBalancingKind.LeastRequest)
        {
            cluster.LeastRequestLbConfig = new() { ChoiceCount = (uint)balancing.ChoiceCount };
        }

        metadata.WithOrigin(OriginName, balancing.Origin);
    }

    public static LoadBalancing Decode(ClusterMessage cluster, string where)
    {
        var balancing = cluster.LbPolicy switch
        {
            LbPolicy.RoundRobin => new LoadBalancing(LoadBalancingKind.RoundRobin),
            LbPolicy.LeastRequest => new LoadBalancing(LoadBalancingKind.LeastRequest, (int)(cluster.LeastRequestLbConfig?.ChoiceCount ?? 2)),
            LbPolicy.Random => new LoadBalancing(LoadBalancingKind.Random),
            _ => throw new ResourceRefusedException($"{where}.lb_policy: {cluster.LbPolicy} is not supported"),
        };
        return balancing with { Origin = cluster.Metadata.Origin(OriginName) };
    }
}
