using System.Globalization;
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
        switch (balancing.Kind)
        {
            case LoadBalancingKind.RoundRobin:
                cluster.LbPolicy = LbPolicy.RoundRobin;
                break;
            case LoadBalancingKind.LeastRequest:
                cluster.LbPolicy = LbPolicy.LeastRequest;
                cluster.LeastRequestLbConfig = new() { ChoiceCount = (uint)balancing.ChoiceCount };
                break;
            case LoadBalancingKind.Random:
                cluster.LbPolicy = LbPolicy.Random;
                break;
            case LoadBalancingKind.RingHash:
                cluster.LbPolicy = LbPolicy.RingHash;
                cluster.RingHashLbConfig = Encode(balancing.Ring ?? new());
                break;
            case LoadBalancingKind.Maglev:
                cluster.LbPolicy = LbPolicy.Maglev;
                cluster.MaglevLbConfig = new() { TableSize = (ulong)(balancing.TableSize ?? MaglevTable.DefaultSize) };
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(balancing), balancing.Kind, null);
        }

        metadata.WithOrigin(OriginName, balancing.Origin);
    }

    public static ClusterMessage.Types.RingHashLbConfig Encode(RingSize ring) => new() { MinimumRingSize = (ulong)ring.Min, MaximumRingSize = (ulong)ring.Max };

    public static LoadBalancing Decode(ClusterMessage cluster, string where)
    {
        var balancing = cluster.LbPolicy switch
        {
            LbPolicy.RoundRobin => new LoadBalancing(LoadBalancingKind.RoundRobin),
            LbPolicy.LeastRequest => new LoadBalancing(LoadBalancingKind.LeastRequest, (int)(cluster.LeastRequestLbConfig?.ChoiceCount ?? 2)),
            LbPolicy.Random => new LoadBalancing(LoadBalancingKind.Random),
            LbPolicy.RingHash => new LoadBalancing(LoadBalancingKind.RingHash) { Ring = Decode(cluster.RingHashLbConfig, where) },
            LbPolicy.Maglev => new LoadBalancing(LoadBalancingKind.Maglev) { TableSize = Rows(cluster.MaglevLbConfig, where) },
            _ => throw new ResourceRefusedException($"{where}.lb_policy: {cluster.LbPolicy} is not supported"),
        };
        return balancing with { Origin = cluster.Metadata.Origin(OriginName) };
    }

    private static RingSize Decode(ClusterMessage.Types.RingHashLbConfig? ring, string where)
    {
        var (min, max) = (ring?.MinimumRingSize ?? RingSize.DefaultMin, ring?.MaximumRingSize ?? RingSize.Limit);
        return min is >= 1 and <= RingSize.Limit && max is >= 1 and <= RingSize.Limit && min <= max
            ? new((int)min, (int)max)
            : throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"{where}.ring_hash_lb_config: a ring of {min} to {max} is not one of 1 to {RingSize.Limit}"));
    }

    private static int Rows(ClusterMessage.Types.MaglevLbConfig? maglev, string where)
    {
        var rows = maglev?.TableSize ?? MaglevTable.DefaultSize;
        return rows <= MaglevTable.Limit && MaglevTable.IsValid((int)rows)
            ? (int)rows
            : throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"{where}.maglev_lb_config: a table of {rows} is not a prime of at most {MaglevTable.Limit}"));
    }
}
