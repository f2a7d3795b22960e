using System.Collections.Immutable;
using System.Text.Json;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Store;

namespace Mesh.ControlPlane.Api;

/// <summary>Who wrote what: in the log, in a file of the state directory, and the latest in memory. An event is on disk before the write is answered.</summary>
internal sealed partial class AuditTrail : IDisposable
{
    private const string FileName = "audit.jsonl";
    private const int Kept = 1000;

    // Two files of this size at most; who needs more history ships the log.
    private const long MaxBytes = 16 * 1024 * 1024;

    private readonly StateDirectory _state;
    private readonly TimeProvider _time;
    private readonly ControlPlaneMetrics _metrics;
    private readonly ILogger<AuditTrail> _logger;
    private readonly Lock _lock = new();
    private ImmutableQueue<AuditEvent> _latest = [];
    private int _count;
    private FileStream _file;

    public AuditTrail(StateDirectory state, TimeProvider time, ControlPlaneMetrics metrics, ILogger<AuditTrail> logger)
    {
        _state = state;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        foreach (var line in ReadLines(state))
        {
            Keep(line);
        }

        _file = state.OpenAppend(FileName);
    }

    /// <summary>The latest events, newest first.</summary>
    public ImmutableArray<AuditEvent> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. _latest.Reverse()];
            }
        }
    }

    /// <summary>Writes an event down.</summary>
    public void Write(string who, string action, string target, string? before, string? after, string outcome = "done")
    {
        var entry = new AuditEvent(_time.GetUtcNow(), who, action, target, before, after, outcome);
        lock (_lock)
        {
            if (_file.Length > MaxBytes)
            {
                _file.Dispose();
                File.Move(_state.PathOf(FileName), _state.PathOf("audit.1.jsonl"), overwrite: true);
                _file = _state.OpenAppend(FileName);
            }

            _file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, JsonSerializerOptions.Web), (byte)'\n']);
            _file.Flush(flushToDisk: true);
            Keep(entry);
        }

        _metrics.Audited(outcome);
        Log.Written(_logger, who, action, target, before ?? "nothing", after ?? "nothing", outcome);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private void Keep(AuditEvent entry)
    {
        _latest = _latest.Enqueue(entry);
        if (++_count > Kept)
        {
            _latest = _latest.Dequeue();
            _count--;
        }
    }

    private static IEnumerable<AuditEvent> ReadLines(StateDirectory state)
    {
        if (!File.Exists(state.PathOf(FileName)))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(state.PathOf(FileName)).TakeLast(Kept))
        {
            AuditEvent? entry;
            try
            {
                entry = JsonSerializer.Deserialize<AuditEvent>(line, JsonSerializerOptions.Web);
            }
            catch (JsonException)
            {
                // The last line of a process that was killed while it wrote.
                continue;
            }

            if (entry is not null)
            {
                yield return entry;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2510, LogLevel.Information, "Audit: {Who} {Action} {Target}: {Before} -> {After}, {Outcome}.", EventName = nameof(Written))]
        public static partial void Written(ILogger logger, string who, string action, string target, string before, string after, string outcome);
    }
}
