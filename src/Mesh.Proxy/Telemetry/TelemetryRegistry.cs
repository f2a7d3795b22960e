using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry;

/// <summary>
/// What is told at each listener and port, made once for all that are told the same. What a new configuration still says goes on with what it has counted; what it says no more is forgotten,
/// buckets and their series too.
/// </summary>
internal sealed class TelemetryRegistry(ProxyMetrics metrics, Func<string, string?>? environment = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ImmutableArray<CompiledTelemetry>> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<TelemetryTag, TagValues> _values = [];
    private readonly List<DurationInstruments> _durations = [];

    /// <summary>Makes what one side of this proxy tells from now on.</summary>
    /// <param name="side">Which side.</param>
    /// <param name="said">Everything that is said for it.</param>
    public ImmutableArray<CompiledTelemetry> Take(string side, IEnumerable<HopTelemetry?> said)
    {
        lock (_lock)
        {
            HopTelemetry[] distinct = [.. said.OfType<HopTelemetry>().Distinct()];
            if (distinct.Length == 0 && !_used.ContainsKey(side))
            {
                return [];
            }

            var known = _used.Values.SelectMany(list => list).ToList();
            ImmutableArray<CompiledTelemetry> taken = [.. distinct.Select(telemetry => known.Find(one => one.Said.Equals(telemetry)) ?? Make(telemetry))];
            _used[side] = taken;
            Forget();
            return taken;
        }
    }

    /// <summary>What belongs to a listener or port.</summary>
    public static CompiledTelemetry? Find(ImmutableArray<CompiledTelemetry> taken, HopTelemetry? said)
    {
        foreach (var telemetry in taken)
        {
            if (telemetry.Said.Equals(said))
            {
                return telemetry;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _used.Clear();
            Forget();
        }
    }

    private CompiledTelemetry Make(HopTelemetry said) => new(said, [.. said.Tags.Select(Make)], said.DurationBuckets.IsEmpty || said.AreMetricsOff ? null : Durations(said.DurationBuckets));

    private CompiledTag Make(TelemetryTag tag)
    {
        TagValues? values = null;
        if (tag.Metrics && !_values.TryGetValue(tag, out values))
        {
            _values[tag] = values = new TagValues(tag.MaxValues ?? TelemetryTag.DefaultMaxValues);
        }

        return new CompiledTag(tag, environment ?? Environment.GetEnvironmentVariable, values);
    }

    private DurationInstruments Durations(ImmutableArray<double> bounds)
    {
        if (_durations.Find(one => one.Bounds.SequenceEqual(bounds)) is { } known)
        {
            return known;
        }

        var made = new DurationInstruments(metrics, bounds);
        _durations.Add(made);
        return made;
    }

    private void Forget()
    {
        var live = _used.Values.SelectMany(list => list).ToList();
        foreach (var tag in _values.Keys.Except(live.SelectMany(telemetry => telemetry.Said.Tags)).ToList())
        {
            _values.Remove(tag);
        }

        foreach (var durations in _durations.Except(live.Select(telemetry => telemetry.Durations).OfType<DurationInstruments>()).ToList())
        {
            _durations.Remove(durations);
            durations.Dispose();
        }
    }
}
