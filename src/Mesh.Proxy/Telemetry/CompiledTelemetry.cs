using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Mesh.Model.Snapshots;

namespace Mesh.Proxy.Telemetry;

/// <summary>What is told of the requests at a listener or port, ready to run. A request of which nothing is said has none and pays nothing.</summary>
internal sealed class CompiledTelemetry
{
    private readonly ImmutableArray<CompiledTag> _tags;
    private readonly ImmutableArray<CompiledTag> _measured;

    // With one tag that depends on the request there are few rows, for its values are bounded: each is made once.
    private readonly CompiledTag? _only;
    private readonly ConcurrentDictionary<string, string?[]> _rows = new(StringComparer.Ordinal);
    private readonly string?[]? _fixed;

    public CompiledTelemetry(HopTelemetry said, ImmutableArray<CompiledTag> tags, DurationInstruments? durations)
    {
        Said = said;
        _tags = tags;
        _measured = [.. tags.Where(tag => tag.IsMeasured).Take(HopTelemetry.MostMetricTags)];
        CompiledTag[] ofRequest = [.. _measured.Where(tag => tag.IsOfRequest)];
        _only = ofRequest is [var one] ? one : null;
        _fixed = _measured.IsEmpty || ofRequest.Length > 0 ? null : Row(new HeaderDictionary());
        Durations = durations;
        Sampling = said.Sampling is not null || said.IgnoresParent ? new TraceSampling(said.Sampling ?? 100, said.IgnoresParent) : null;
    }

    /// <summary>What it was made of.</summary>
    public HopTelemetry Said { get; }

    /// <summary>Which traces are sampled; <see langword="null"/>: those of callers who sample, and all that begin here.</summary>
    public TraceSampling? Sampling { get; }

    /// <summary>Whether no spans are made.</summary>
    public bool IsTracingOff => Said.IsTracingOff;

    /// <summary>Whether durations are not measured.</summary>
    public bool AreMetricsOff => Said.AreMetricsOff;

    /// <summary>What measures durations in buckets of their own; <see langword="null"/>: the sidecar's.</summary>
    public DurationInstruments? Durations { get; }

    /// <summary>How many tags metrics have.</summary>
    public int MeasuredTags => _measured.Length;

    /// <summary>The name of a tag of metrics.</summary>
    public string MeasuredName(int index) => _measured[index].Name;

    /// <summary>Gives a span its attributes.</summary>
    public void Describe(Activity activity, IHeaderDictionary headers)
    {
        foreach (var tag in _tags)
        {
            if (tag.Of(headers) is { } value)
            {
                activity.SetTag(tag.Name, value);
            }
        }
    }

    /// <summary>What the metrics of a request are told apart by, one value for each of <see cref="MeasuredTags"/>; <see langword="null"/>: nothing.</summary>
    public string?[]? MeasuredBy(IHeaderDictionary headers)
    {
        if (_measured.IsEmpty || AreMetricsOff)
        {
            return null;
        }

        if (_fixed is not null)
        {
            return _fixed;
        }

        if (_only is null)
        {
            return Row(headers);
        }

        var key = _only.Measured(headers) ?? "";
        return _rows.TryGetValue(key, out var row) ? row : _rows.GetOrAdd(key, Row(headers));
    }

    private string?[] Row(IHeaderDictionary headers) => [.. _measured.Select(tag => tag.Measured(headers))];
}
