using System.Collections.Concurrent;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry;

/// <summary>The values of one tag that metrics tell apart: the first so many that come. Callers choose what they send, and each value is a series.</summary>
/// <param name="most">How many.</param>
internal sealed class TagValues(int most)
{
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The value under which one is counted.</summary>
    public string Of(string value)
    {
        if (_known.TryGetValue(value, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= most)
        {
            return TelemetryTag.Overflow;
        }

        if (Interlocked.Increment(ref _count) > most)
        {
            Interlocked.Decrement(ref _count);
            return TelemetryTag.Overflow;
        }

        if (!_known.TryAdd(value, value))
        {
            Interlocked.Decrement(ref _count);
        }

        return _known[value];
    }
}
