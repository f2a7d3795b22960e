using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>Tells operators which replicas are left out, and why.</summary>
internal sealed partial class OutlierEvents(ProxyMetrics metrics, ILogger<OutlierEvents> logger)
{
    private readonly Counter<long> _ejections = metrics.Meter.CreateCounter<long>("mesh.outlier.ejections", "{ejection}", "Replicas that were left out because of what became of requests to them.");

    private long _count;

    /// <summary>How often replicas were left out.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>A replica is left out.</summary>
    public void Ejected(string cluster, string replica, string reason, TimeSpan time)
    {
        Interlocked.Increment(ref _count);
        _ejections.Add(1, new KeyValuePair<string, object?>("mesh.callee", cluster), new KeyValuePair<string, object?>("mesh.outlier.reason", reason));
        Log.Ejected(logger, replica, cluster, reason, time.TotalSeconds);
    }

    /// <summary>A replica would be left out, were it not one too many.</summary>
    public void Kept(string cluster, string replica, string reason, string because) => Log.Kept(logger, replica, cluster, reason, because);

    /// <summary>A replica is used again.</summary>
    public void Returned(string cluster, string replica) => Log.Returned(logger, replica, cluster);

    /// <summary>So few are left that all are used; or enough are again.</summary>
    public void Panic(string cluster, bool isPanic, double threshold)
    {
        if (isPanic)
        {
            Log.Panic(logger, cluster, threshold);
        }
        else
        {
            Log.Calm(logger, cluster, threshold);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3410, LogLevel.Warning, "{Replica} of {Cluster} is left out for {Seconds} s: {Reason}.", EventName = nameof(Ejected))]
        public static partial void Ejected(ILogger logger, string replica, string cluster, string reason, double seconds);

        [LoggerMessage(3411, LogLevel.Information, "{Replica} of {Cluster} stays although {Reason} speaks against it: {Because}.", EventName = nameof(Kept))]
        public static partial void Kept(ILogger logger, string replica, string cluster, string reason, string because);

        [LoggerMessage(3412, LogLevel.Information, "{Replica} of {Cluster} is used again.", EventName = nameof(Returned))]
        public static partial void Returned(ILogger logger, string replica, string cluster);

        [LoggerMessage(3413, LogLevel.Warning, "Less than {Threshold} % of the replicas of {Cluster} are left: all of them are used, those left out as well.", EventName = nameof(Panic))]
        public static partial void Panic(ILogger logger, string cluster, double threshold);

        [LoggerMessage(3414, LogLevel.Information, "{Threshold} % of the replicas of {Cluster} are there again: those left out are not used.", EventName = nameof(Calm))]
        public static partial void Calm(ILogger logger, string cluster, double threshold);
    }
}
