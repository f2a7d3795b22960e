using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Outbound;

/// <summary>What is left of the limits of CircuitBreaker policies, and which replicas are left out. Looked up when somebody asks; no request pays for it.</summary>
internal sealed class OutboundMetrics(OutboundState state)
{
    private static readonly string[] States = ["live", "ejected", "unhealthy"];

    /// <summary>Measures it from now on.</summary>
    public static OutboundState Measure(OutboundState state, ProxyMetrics metrics)
    {
        new OutboundMetrics(state).AddTo(metrics.Meter);
        return state;
    }

    private IEnumerable<OutboundCluster> Clusters => state.Tables?.Clusters.Values ?? [];

    private IEnumerable<Measurement<long>> Remaining() =>
        from cluster in Clusters
        from item in cluster.Breaker?.Read() ?? []
        select new Measurement<long>(item.Remaining, Callee(cluster), new("mesh.circuit_breaker.resource", item.Resource));

    private IEnumerable<Measurement<long>> Overflows() =>
        from cluster in Clusters
        from item in cluster.Breaker?.Read() ?? []
        select new Measurement<long>(item.Refused, Callee(cluster), new("mesh.circuit_breaker.resource", item.Resource));

    private IEnumerable<Measurement<long>> Replicas() =>
        from cluster in Clusters
        where cluster.Outliers is not null || cluster.Health is not null
        from word in States
        select new Measurement<long>(cluster.Replicas.Count(replica => replica.State == word), Callee(cluster), new("mesh.replica.state", word));

    private IEnumerable<Measurement<long>> Panic() =>
        from cluster in Clusters
        where cluster.Outliers is not null || cluster.Health is not null
        select new Measurement<long>(cluster.IsPanic ? 1 : 0, Callee(cluster));

    private void AddTo(Meter meter)
    {
        meter.CreateObservableGauge("mesh.circuit_breaker.remaining", Remaining, "{item}", "What is left of a limit of a CircuitBreaker policy: connections, pending, requests, retries.");
        meter.CreateObservableCounter("mesh.circuit_breaker.overflows", Overflows, "{item}", "What such a limit did not let in; of connections: those that others had to end before.");
        meter.CreateObservableGauge("mesh.upstream.replicas", Replicas, "{replica}", "Ready replicas of an upstream: live, ejected by outlier detection, or unhealthy by health checks.");
        meter.CreateObservableGauge("mesh.upstream.panic", Panic, "1", "1 while replicas are used that are left out, because too few are not.");
    }

    private static KeyValuePair<string, object?> Callee(OutboundCluster cluster) => new("mesh.callee", cluster.Cluster.Name);
}
