using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Mesh.Model.Snapshots;
using Mesh.Snapshot.V1;
using Thresholds = Envoy.Config.Cluster.V3.CircuitBreakers.Types.Thresholds;

namespace Mesh.Xds.Codecs;

/// <summary>What may be open towards a cluster at a time, and the budget of its retries. A limit that is absent is none.</summary>
internal static class CircuitBreakerCodec
{
    private const string OriginName = "circuitBreaker";

    public static CircuitBreakers Encode(ConnectionLimits limits, RetryBudget budget, Metadata metadata)
    {
        metadata.WithOrigin(OriginName, limits.Origin);
        return new()
        {
            Thresholds =
            {
                new Thresholds
                {
                    MaxConnections = (uint?)limits.Connections,
                    MaxPendingRequests = (uint?)limits.Pending,
                    MaxRequests = (uint?)limits.Requests,
                    MaxRetries = (uint?)limits.Retries,
                    TrackRemaining = !limits.IsNone,
                    RetryBudget = new() { BudgetPercent = new() { Value = budget.Percent } },
                },
            },
        };
    }

    public static ConnectionLimits DecodeLimits(CircuitBreakers? breakers, Metadata? metadata)
    {
        var thresholds = Only(breakers);
        var limits = new ConnectionLimits
        {
            Connections = Limit(thresholds.MaxConnections, least: 1, "max_connections"),
            Pending = Limit(thresholds.MaxPendingRequests, least: 1, "max_pending_requests"),
            Requests = Limit(thresholds.MaxRequests, least: 1, "max_requests"),
            Retries = Limit(thresholds.MaxRetries, least: 0, "max_retries"),
        };
        return limits.IsNone ? ConnectionLimits.None : limits with { Origin = metadata.Origin(OriginName) };
    }

    public static RetryBudget DecodeBudget(CircuitBreakers? breakers, ClusterSettings settings) => new()
    {
        Percent = Only(breakers).RetryBudget?.BudgetPercent?.Value ?? throw new ResourceRefusedException("circuit_breakers: no retry budget"),
        Interval = ValueCodec.Required(settings.RetryBudgetInterval, "metadata.retry_budget_interval"),
        MinPerSecond = (int)settings.RetryBudgetMinPerSecond,
    };

    private static Thresholds Only(CircuitBreakers? breakers) => breakers?.Thresholds is [{ } thresholds] ? thresholds : throw new ResourceRefusedException("circuit_breakers: not exactly one set of thresholds");

    private static int? Limit(uint? limit, uint least, string name) => limit is null ? null
        : limit >= least && limit <= int.MaxValue ? (int)limit
        : throw new ResourceRefusedException($"circuit_breakers.thresholds[0].{name}: {limit} is not between {least} and {int.MaxValue}");
}
