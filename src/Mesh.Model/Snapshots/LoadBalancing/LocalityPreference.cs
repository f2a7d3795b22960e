using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>The replicas of the caller's own zone first. The control plane puts a cluster's replicas in this order for each caller's zone; sidecars are told the order alone.</summary>
public sealed record LocalityPreference
{
    /// <summary>Share of live replicas, in percent, below which the next zones take part. Default: 50, Kuma's.</summary>
    public const int DefaultThreshold = 50;

    /// <summary>Where requests go when too few are left, step by step. A zone that no step leads to is not used. Default: to every other zone.</summary>
    public ImmutableArray<ZoneFailover> Failover { get; init; } = [new()];

    /// <summary>Share of live replicas, in percent, below which the next zones take part. 0: not before none is left.</summary>
    public int FailoverThreshold { get; init; } = DefaultThreshold;

    /// <inheritdoc />
    public bool Equals(LocalityPreference? other) => other is not null && FailoverThreshold == other.FailoverThreshold && Failover.SequenceEqual(other.Failover);

    /// <inheritdoc />
    public override int GetHashCode() => Failover.Aggregate(FailoverThreshold, HashCode.Combine);

    /// <summary>Whether a caller in this zone may be told another order than callers in zones that are as unknown.</summary>
    public bool Names(string caller) => Failover.Any(step => step.From.Contains(caller));

    /// <summary>How near a zone is to a caller: 0 for its own, then by step; <see langword="null"/>: it is not used.</summary>
    public int? Distance(string caller, string zone)
    {
        if (zone == caller)
        {
            return 0;
        }

        for (var step = 0; step < Failover.Length; step++)
        {
            if (!Failover[step].IsFor(caller))
            {
                continue;
            }

            if (Failover[step].To == ZoneFailoverKind.None)
            {
                return null;
            }

            if (Failover[step].LeadsTo(zone))
            {
                return step + 1;
            }
        }

        return null;
    }
}
