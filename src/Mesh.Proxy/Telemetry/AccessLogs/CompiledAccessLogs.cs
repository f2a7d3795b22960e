using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>The access logs of a port or listener, ready to run. Each that a request or connection fits writes a line.</summary>
internal sealed class CompiledAccessLogs
{
    private readonly ImmutableArray<One> _logs;

    private CompiledAccessLogs(ImmutableArray<AccessLog> logs, AccessLogTargets targets) => _logs = [.. logs.Select(log => new One(log, targets))];

    /// <summary>Makes them.</summary>
    /// <returns><see langword="null"/>: nothing is logged.</returns>
    public static CompiledAccessLogs? Create(ImmutableArray<AccessLog> logs, AccessLogTargets targets) => logs.IsEmpty ? null : new(logs, targets);

    /// <summary>Writes about what has ended. Never waits.</summary>
    public void Write(in AccessEntry entry)
    {
        foreach (var log in _logs)
        {
            log.Write(entry);
        }
    }

    private sealed class One(AccessLog log, AccessLogTargets targets)
    {
        private readonly ImmutableArray<HeaderCondition> _headers = [.. log.Headers.Select(header => new HeaderCondition(header))];
        private readonly AccessWriter _write = targets.WriterOf(log);
        private long _seen;

        public void Write(in AccessEntry entry)
        {
            var isMeant = (log.Caller is null || (entry.CallerId is { } caller && log.Caller.Matches(caller)))
                && !(entry.Status < log.MinStatus)
                && !(entry.Elapsed < log.MinDuration)
                && !(log.OnlyErrors && entry.Error is null);
            if (isMeant && HasHeaders(entry.Context?.Request) && IsSampled())
            {
                _write(entry);
            }
        }

        private bool HasHeaders(HttpRequest? request)
        {
            foreach (var header in _headers)
            {
                if (!header.Holds(request))
                {
                    return false;
                }
            }

            return true;
        }

        // Every so-manieth and not by chance: a share of few is a share too.
        private bool IsSampled()
        {
            if (log.Percent >= 100)
            {
                return true;
            }

            var count = Interlocked.Increment(ref _seen);
            var share = log.Percent / 100;
            return Math.Floor(count * share) > Math.Floor((count - 1) * share);
        }
    }
}
