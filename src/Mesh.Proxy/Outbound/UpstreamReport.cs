using Google.Protobuf.WellKnownTypes;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Policies.HealthCheck;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Upstreams;
using Mesh.Registration.V1;

namespace Mesh.Proxy.Outbound;

/// <summary>Which replicas are left out, for the control plane. Looked up when it is told; no request pays for it.</summary>
internal sealed class UpstreamReport : IUpstreamHealth, IDisposable
{
    /// <summary>What one status names at most: enough to see, and a bound on its size.</summary>
    internal const int Most = 256;

    private const int LongestReason = 200;

    // Where a zone breaks many replicas are left out one after the other: told once.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly OutboundState _state;
    private readonly OutlierEvents _outliers;
    private readonly HealthEvents _health;
    private readonly ITimer _timer;
    private int _isWaiting;

    public UpstreamReport(OutboundState state, OutlierEvents outliers, HealthEvents health, TimeProvider time)
    {
        _state = state;
        _outliers = outliers;
        _health = health;
        _timer = time.CreateTimer(static report => ((UpstreamReport)report!).Tell(), this, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        state.LeftOutChanged += OnChanged;
    }

    /// <inheritdoc />
    public event Action? Changed;

    /// <inheritdoc />
    public void Describe(ReplicaStatus status)
    {
        status.Ejections = (ulong)_outliers.Count;
        status.HealthFailures = (ulong)_health.Count;
        foreach (var cluster in _state.Tables?.Clusters.Values ?? [])
        {
            foreach (var replica in cluster.Replicas)
            {
                if (!replica.IsOut)
                {
                    continue;
                }

                if (status.LeftOut.Count < Most)
                {
                    status.LeftOut.Add(Describe(cluster, replica));
                }
                else
                {
                    status.LeftOutMore++;
                }
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _state.LeftOutChanged -= OnChanged;
        _timer.Dispose();
    }

    private static LeftOutReplica Describe(OutboundCluster cluster, UpstreamReplica replica)
    {
        var note = replica.IsUnhealthy ? replica.Illness : replica.Ejection;
        var reason = note?.Reason ?? "";
        return new()
        {
            Cluster = cluster.Cluster.Name,
            Replica = replica.Name,
            By = replica.IsUnhealthy ? LeftOutBy.HealthCheck : LeftOutBy.OutlierDetection,
            Reason = reason.Length > LongestReason ? reason[..LongestReason] : reason,
            Since = note?.Since.ToTimestamp(),
            Until = note?.Until?.ToTimestamp(),
        };
    }

    private void OnChanged()
    {
        if (Interlocked.Exchange(ref _isWaiting, 1) == 0)
        {
            _timer.Change(Pause, System.Threading.Timeout.InfiniteTimeSpan);
        }
    }

    private void Tell()
    {
        Volatile.Write(ref _isWaiting, 0);
        Changed?.Invoke();
    }
}
