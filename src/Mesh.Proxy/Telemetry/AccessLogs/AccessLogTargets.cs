using System.Collections.Concurrent;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Where access logs go: each file once, whoever writes to it, and the collector.</summary>
/// <param name="metrics">Where losses are counted.</param>
/// <param name="logger">The log.</param>
/// <param name="stdout">Takes lines for standard output.</param>
/// <param name="collector">Makes what sends to the collector, once something is to be sent; <see langword="null"/>: there is none.</param>
internal sealed partial class AccessLogTargets(ProxyMetrics metrics, ILogger<AccessLogTargets> logger, Action<string>? stdout = null, Func<ILogger, OtlpAccessLog>? collector = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, AccessLogFile> _files = new(StringComparer.Ordinal);
    private readonly Lock _making = new();
    private OtlpAccessLog? _collector;
    private bool _isMissed;

    /// <summary>What writes for an access log.</summary>
    public AccessWriter WriterOf(AccessLog log)
    {
        if (log.Kind != AccessLogKind.OpenTelemetry)
        {
            var format = new AccessFormat(log);
            var write = log is { Kind: AccessLogKind.File, Path: { } path }
                ? _files.GetOrAdd(path, static (file, state) => new AccessLogFile(file, state.metrics, state.logger), (metrics, logger)).Write
                : stdout ?? (static _ => { });
            return (in AccessEntry entry) => write(format.Line(entry));
        }

        if (Collector() is not { } to)
        {
            return (in AccessEntry _) => metrics.AccessLogDropped(1);
        }

        var records = new OtlpRecord(log);
        return (in AccessEntry entry) => to.Write(records.Of(entry));
    }

    /// <summary>Opens every file anew before its next line: whoever rotates logs has moved them away.</summary>
    public int Reopen()
    {
        foreach (var file in _files.Values)
        {
            file.Reopen();
        }

        return _files.Count;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files.Values)
        {
            await file.DisposeAsync();
        }

        if (_collector is { } to)
        {
            await to.DisposeAsync();
        }
    }

    private OtlpAccessLog? Collector()
    {
        lock (_making)
        {
            if (collector is null && !_isMissed)
            {
                _isMissed = true;
                Log.NoCollector(logger);
            }

            return _collector ??= collector?.Invoke(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3822, LogLevel.Warning, "An access log goes to the collector, and this sidecar has none: its lines are dropped and counted. Name one (OTEL_EXPORTER_OTLP_ENDPOINT, mesh up --otlp), or log to a file.", EventName = nameof(NoCollector))]
        public static partial void NoCollector(ILogger logger);
    }
}
