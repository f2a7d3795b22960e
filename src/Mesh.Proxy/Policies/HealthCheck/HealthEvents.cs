using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Policies.HealthCheck;

/// <summary>Tells operators which replicas are not well, and why.</summary>
internal sealed partial class HealthEvents(ProxyMetrics metrics, ILogger<HealthEvents> logger)
{
    private readonly Counter<long> _checks = metrics.Meter.CreateCounter<long>("mesh.health_check.checks", "{check}", "Health checks of replicas, by what they say.");

    private long _count;

    /// <summary>How often replicas were found not to be well.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>A check has ended.</summary>
    public void Checked(string cluster, string replica, CheckResult result)
    {
        var outcome = result.Verdict switch { CheckVerdict.Well => "well", CheckVerdict.Unwell => "unwell", _ => "none" };
        _checks.Add(1, new KeyValuePair<string, object?>("mesh.callee", cluster), new KeyValuePair<string, object?>("mesh.outcome", outcome));
        if (result.Verdict != CheckVerdict.Well)
        {
            Log.Failed(logger, replica, cluster, result.Detail);
        }
    }

    /// <summary>A replica is not used any more.</summary>
    public void Unhealthy(string cluster, string replica, int checks, string detail)
    {
        Interlocked.Increment(ref _count);
        Log.Unhealthy(logger, replica, cluster, checks, detail);
    }

    /// <summary>A replica is used again.</summary>
    public void Healthy(string cluster, string replica) => Log.Healthy(logger, replica, cluster);

    /// <summary>Checks of a replica say nothing.</summary>
    public void Blind(string cluster, string replica, string detail) => Log.Blind(logger, replica, cluster, detail);

    private static partial class Log
    {
        [LoggerMessage(3420, LogLevel.Warning, "{Replica} of {Cluster} is not used any more: {Checks} health checks in a row failed, the last one because {Detail}.", EventName = nameof(Unhealthy))]
        public static partial void Unhealthy(ILogger logger, string replica, string cluster, int checks, string detail);

        [LoggerMessage(3421, LogLevel.Information, "{Replica} of {Cluster} is well and used again.", EventName = nameof(Healthy))]
        public static partial void Healthy(ILogger logger, string replica, string cluster);

        [LoggerMessage(3422, LogLevel.Warning, "Health checks of {Replica} of {Cluster} say nothing: {Detail}.", EventName = nameof(Blind))]
        public static partial void Blind(ILogger logger, string replica, string cluster, string detail);

        [LoggerMessage(3423, LogLevel.Debug, "A health check of {Replica} of {Cluster} did not succeed: {Detail}.", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, string replica, string cluster, string detail);
    }
}
