using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>The access logs of a port or listener, ready to run. Each that a request or connection fits writes a line.</summary>
internal sealed class CompiledAccessLogs
{
    private readonly ImmutableArray<AccessLog> _from;
    private readonly ImmutableArray<One> _logs;

    private CompiledAccessLogs(ImmutableArray<AccessLog> logs, AccessLogTargets targets)
    {
        _from = logs;
        _logs = [.. logs.Select(log => new One(log, targets))];
    }

    /// <summary>
    /// Makes them. A list that did not come anew is the same one, and what was made of it goes on where it was: with counts that begin again, a share of one in a hundred would
    /// write nothing while anything else keeps changing.
    /// </summary>
    /// <param name="logs">What is to be written.</param>
    /// <param name="previous">Those of the configuration before.</param>
    /// <param name="targets">Where it goes.</param>
    /// <returns><see langword="null"/>: nothing is logged.</returns>
    public static CompiledAccessLogs? Create(ImmutableArray<AccessLog> logs, CompiledAccessLogs? previous, AccessLogTargets targets) =>
        logs.IsEmpty ? null : previous is not null && previous._from == logs ? previous : new(logs, targets);

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
