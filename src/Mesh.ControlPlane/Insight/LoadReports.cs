using System.Collections.Immutable;
using Envoy.Config.Endpoint.V3;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Insight;

/// <summary>Adds up what clients report of their load. Names that a client reports are checked by whoever calls: there are no more entries than edges.</summary>
internal sealed class LoadReports(ControlPlaneMetrics metrics, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ServiceId Caller, string Cluster), ClusterLoad> _loads = [];
    private readonly Dictionary<(long Stream, ServiceId Caller, string Cluster), long> _inProgress = [];
    private long _streams;

    /// <summary>All loads, by caller and cluster.</summary>
    public ImmutableArray<(ServiceId Caller, string Cluster, ClusterLoad Load)> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _loads.OrderBy(l => l.Key.Caller).ThenBy(l => l.Key.Cluster, StringComparer.Ordinal).Select(l => (l.Key.Caller, l.Key.Cluster, l.Value))];
            }
        }
    }

    /// <summary>A number for a stream that reports.</summary>
    public long Begin() => Interlocked.Increment(ref _streams);

    /// <summary>Takes what one client says of one cluster.</summary>
    public void Add(long stream, ServiceId caller, ClusterStats stats)
    {
        long issued = 0, succeeded = 0, failed = 0, inProgress = 0;
        foreach (var locality in stats.UpstreamLocalityStats)
        {
            issued += Amount(locality.TotalIssuedRequests);
            succeeded += Amount(locality.TotalSuccessfulRequests);
            failed += Amount(locality.TotalErrorRequests);
            inProgress += Amount(locality.TotalRequestsInProgress);
        }

        var dropped = Amount(stats.TotalDroppedRequests);
        lock (_lock)
        {
            var key = (caller, stats.ClusterName);
            var before = _loads.GetValueOrDefault(key);
            var streamKey = (stream, caller, stats.ClusterName);
            var others = (before?.InProgress ?? 0) - _inProgress.GetValueOrDefault(streamKey);
            _inProgress[streamKey] = inProgress;
            _loads[key] = new(
                (before?.Issued ?? 0) + issued,
                (before?.Succeeded ?? 0) + succeeded,
                (before?.Failed ?? 0) + failed,
                (before?.Dropped ?? 0) + dropped,
                others + inProgress,
                time.GetUtcNow());
        }

        metrics.ClientRequests(caller.ToString(), stats.ClusterName, succeeded, failed, dropped);
    }

    /// <summary>Forgets what a stream that ended had in progress.</summary>
    public void End(long stream)
    {
        lock (_lock)
        {
            foreach (var (key, inProgress) in _inProgress.Where(entry => entry.Key.Stream == stream).ToArray())
            {
                _inProgress.Remove(key);
                var load = _loads[(key.Caller, key.Cluster)];
                _loads[(key.Caller, key.Cluster)] = load with { InProgress = load.InProgress - inProgress };
            }
        }
    }

    // A client may say anything; what it says cannot overflow a sum of years.
    private static long Amount(ulong value) => (long)Math.Min(value, 1_000_000_000UL);
}
