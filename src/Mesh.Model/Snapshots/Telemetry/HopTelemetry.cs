using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>What a sidecar tells of the requests at one listener or port, where policies say anything of it.</summary>
public sealed record HopTelemetry
{
    /// <summary>Tags that metrics can have, beside those that the sidecar gives them itself.</summary>
    public const int MostMetricTags = 8;

    /// <summary>Whether it makes no spans; the caller's trace context goes on as it came.</summary>
    public bool IsTracingOff { get; init; }

    /// <summary>Share of the traces that begin here, 0 to 100. <see langword="null"/>: all.</summary>
    public double? Sampling { get; init; }

    /// <summary>Whether <see cref="Sampling"/> decides although the caller has decided. Decided by the trace's id: who says the same share keeps the same traces.</summary>
    public bool IgnoresParent { get; init; }

    /// <summary>Attributes of spans and metrics.</summary>
    public ImmutableArray<TelemetryTag> Tags { get; init; } = [];

    /// <summary>Whether the durations of requests are not measured.</summary>
    public bool AreMetricsOff { get; init; }

    /// <summary>Upper bounds of the buckets of request durations, in seconds, ascending. Empty: the sidecar's own.</summary>
    public ImmutableArray<double> DurationBuckets { get; init; } = [];

    /// <summary>What said the most heard of it.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <inheritdoc />
    public bool Equals(HopTelemetry? other) =>
        other is not null
        && IsTracingOff == other.IsTracingOff
        && Sampling.Equals(other.Sampling)
        && IgnoresParent == other.IgnoresParent
        && Tags.SequenceEqual(other.Tags)
        && AreMetricsOff == other.AreMetricsOff
        && DurationBuckets.SequenceEqual(other.DurationBuckets)
        && Origin == other.Origin;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(IsTracingOff, Sampling, IgnoresParent, Tags.Length, AreMetricsOff, DurationBuckets.Length, Origin);
}
