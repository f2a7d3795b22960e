using System.Collections.Concurrent;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Where access logs go: each file once, whoever writes to it.</summary>
internal sealed class AccessLogTargets(ProxyMetrics metrics, ILogger<AccessLogTargets> logger, Action<string>? stdout = null) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, AccessLogFile> _files = new(StringComparer.Ordinal);

    /// <summary>What takes lines. It never waits: what does not fit is dropped and counted.</summary>
    public Action<string> Find(AccessLogKind kind, string? path) => kind == AccessLogKind.File && path is not null
        ? _files.GetOrAdd(path, static (file, state) => new AccessLogFile(file, state.metrics, state.logger), (metrics, logger)).Write
        : stdout ?? (static _ => { });

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
    }
}
