using System.Globalization;
using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using LbPolicy = Envoy.Config.Cluster.V3.Cluster.Types.LbPolicy;

namespace Mesh.Xds.Codecs;

/// <summary>How a replica is picked.</summary>
internal static class LoadBalancingCodec
{
    private const string OriginName = "loadBalancing";

    /// <summary>Writes it into a cluster's message.</summary>
    /// <param name="balancing">The choice.</param>
    /// <param name="cluster">The message.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="settings">What Envoy has no field for: there peak EWMA is least request.</param>
    public static void Encode(LoadBalancing balancing, ClusterMessage cluster, Metadata metadata, ClusterSettings settings)
    {
        switch (balancing.Kind)
        {
            case LoadBalancingKind.RoundRobin:
                cluster.LbPolicy = LbPolicy.RoundRobin;
                cluster.RoundRobinLbConfig = balancing.SlowStart is { } evenly ? new() { SlowStartConfig = Encode(evenly) } : null;
                break;
            case LoadBalancingKind.LeastRequest:
                cluster.LbPolicy = LbPolicy.LeastRequest;
                cluster.LeastRequestLbConfig = new() { ChoiceCount = (uint)balancing.ChoiceCount, SlowStartConfig = balancing.SlowStart is { } slow ? Encode(slow) : null };
                break;
            case LoadBalancingKind.PeakEwma:
                settings.PeakEwmaDecay = Duration.FromTimeSpan(balancing.Decay ?? LoadBalancing.DefaultDecay);
                goto case LoadBalancingKind.LeastRequest;
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

    public static LoadBalancing Decode(ClusterMessage cluster, ClusterSettings settings, string where)
    {
        var balancing = cluster.LbPolicy switch
        {
            LbPolicy.RoundRobin => new LoadBalancing(LoadBalancingKind.RoundRobin) { SlowStart = Decode(cluster.RoundRobinLbConfig?.SlowStartConfig, where) },
            LbPolicy.LeastRequest => new LoadBalancing(settings.PeakEwmaDecay is null ? LoadBalancingKind.LeastRequest : LoadBalancingKind.PeakEwma, (int)(cluster.LeastRequestLbConfig?.ChoiceCount ?? 2))
            {
                Decay = Decay(settings, where),
                SlowStart = Decode(cluster.LeastRequestLbConfig?.SlowStartConfig, where),
            },
            LbPolicy.Random => new LoadBalancing(LoadBalancingKind.Random),
            LbPolicy.RingHash => new LoadBalancing(LoadBalancingKind.RingHash) { Ring = Decode(cluster.RingHashLbConfig, where) },
            LbPolicy.Maglev => new LoadBalancing(LoadBalancingKind.Maglev) { TableSize = Rows(cluster.MaglevLbConfig, where) },
            _ => throw new ResourceRefusedException($"{where}.lb_policy: {cluster.LbPolicy} is not supported"),
        };
        return balancing with { Origin = cluster.Metadata.Origin(OriginName) };
    }

    private static TimeSpan? Decay(ClusterSettings settings, string where) => settings.PeakEwmaDecay?.ToTimeSpan() is not { } decay ? null
        : decay > TimeSpan.Zero ? decay
        : throw new ResourceRefusedException($"{where}.metadata.peak_ewma_decay: {decay} is not greater than zero");

    private static ClusterMessage.Types.SlowStartConfig Encode(SlowStart slowStart) =>
        new() { SlowStartWindow = Duration.FromTimeSpan(slowStart.Window), MinWeightPercent = new() { Value = slowStart.MinWeightPercent } };

    private static SlowStart? Decode(ClusterMessage.Types.SlowStartConfig? message, string where)
    {
        if (message?.SlowStartWindow is not { } window || window.ToTimeSpan() <= TimeSpan.Zero)
        {
            return null;
        }

        var percent = message.MinWeightPercent?.Value ?? SlowStart.DefaultMinWeightPercent;
        return percent is >= 1 and <= 100
            ? new(window.ToTimeSpan(), (int)percent)
            : throw new ResourceRefusedException(string.Create(CultureInfo.InvariantCulture, $"{where}.slow_start_config: {percent} is not between 1 and 100 %"));
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
