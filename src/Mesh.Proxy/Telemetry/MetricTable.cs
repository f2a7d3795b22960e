using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mesh.Proxy.Telemetry;

/// <summary>All series of one instrument.</summary>
internal sealed class MetricTable
{
    /// <summary>Series of one instrument; what comes after that is counted together. Default: 2000, OpenTelemetry's cardinality limit.</summary>
    public const int Limit = 2000;

    /// <summary>Seconds: the advice of the semantic conventions for request durations, with two finer steps, for a hop of the mesh takes less than 5 ms.</summary>
    public static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly KeyValuePair<string, object?>[] Overflow = [new("otel.metric.overflow", "true")];

    private readonly ConcurrentDictionary<int, MetricSeries> _series = new();
    private readonly Lock _adding = new();
    private readonly double[]? _bounds;
    private readonly MetricSeries _overflow;
    private int _count;

    public MetricTable(Instrument instrument)
    {
        Instrument = instrument;
        _bounds = instrument is Histogram<double> histogram ? histogram.Advice?.HistogramBucketBoundaries is { } advised ? [.. advised] : Bounds : null;
        IsGauge = instrument is ObservableGauge<double> or ObservableGauge<long>;
        _overflow = new MetricSeries(Overflow, _bounds);
    }

    /// <summary>What is measured.</summary>
    public Instrument Instrument { get; }

    /// <summary>The upper bounds of buckets; <see langword="null"/>: no histogram.</summary>
    public double[]? BucketBounds => _bounds;

    /// <summary>Whether the last value counts and not the sum.</summary>
    public bool IsGauge { get; }

    /// <summary>What was measured so far.</summary>
    public IEnumerable<MetricSeries> Series
    {
        get
        {
            foreach (var first in _series.Values)
            {
                for (var series = first; series is not null; series = series.Next)
                {
                    yield return series;
                }
            }

            if (Volatile.Read(ref _count) >= Limit)
            {
                yield return _overflow;
            }
        }
    }

    /// <summary>Takes a value.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        if (IsGauge)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var tag in tags)
        {
            hash.Add(tag.Value);
        }

        var code = hash.ToHashCode();
        return Lookup(code, tags) ?? Add(code, tags);
    }

    private MetricSeries? Lookup(int code, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _series.GetValueOrDefault(code);
        while (series is not null && !series.Matches(tags))
        {
            series = series.Next;
        }

        return series;
    }

    private MetricSeries Add(int code, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_adding)
        {
            if (Lookup(code, tags) is { } added)
            {
                return added;
            }

            if (_count >= Limit)
            {
                return _overflow;
            }

            var series = new MetricSeries(tags.ToArray(), _bounds) { Next = _series.GetValueOrDefault(code) };
            _series[code] = series;
            _count++;
            return series;
        }
    }
}
