using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.Telemetry;

/// <summary>What a sidecar tells of requests.</summary>
public sealed record TelemetrySettings : PolicySettings
{
    private const int MostTags = 16;
    private const int MostBuckets = 64;

    // Seconds.
    private const double LongestBucket = 86_400;

    /// <summary>Whether no spans are made. Default: false.</summary>
    public bool? TracingDisabled { get; init; }

    /// <summary>Share of the traces that begin at this sidecar, 0 to 100. Default: 100.</summary>
    public double? Sampling { get; init; }

    /// <summary>Whether that share decides although the caller has decided. Default: false, as W3C Trace Context wants it.</summary>
    public bool? IgnoreParent { get; init; }

    /// <summary>Whether the durations of requests are not measured. Default: false.</summary>
    public bool? MetricsDisabled { get; init; }

    /// <summary>Upper bounds of the buckets of request durations, in seconds. Default: those of OpenTelemetry's conventions, and 1 and 2.5 ms.</summary>
    public ImmutableArray<double>? DurationBuckets { get; init; }

    /// <summary>Attributes of spans, and of metrics where they say so. Default: none beside the sidecar's own.</summary>
    public ImmutableArray<TelemetryTag>? Tags { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        if (Sampling is not null and not (>= 0 and <= 100))
        {
            yield return new(at / "tracing" / "sampling", string.Create(CultureInfo.InvariantCulture, $"must be a share in percent, 0 to 100, but is {Sampling}"));
        }

        foreach (var violation in Buckets(at / "metrics" / "durationBuckets").Concat(ValidateTags(at / "tags")))
        {
            yield return violation;
        }
    }

    private IEnumerable<Violation> Buckets(FieldPath at)
    {
        if (DurationBuckets is not { } bounds)
        {
            yield break;
        }

        if (bounds.Length is 0 or > MostBuckets)
        {
            yield return new(at, $"must have 1 to {MostBuckets} bounds but has {bounds.Length}; leave it out for the usual ones");
        }

        for (var i = 0; i < bounds.Length; i++)
        {
            if (bounds[i] is not (> 0 and <= LongestBucket))
            {
                yield return new(at[i], string.Create(CultureInfo.InvariantCulture, $"must be above 0 and at most {LongestBucket} seconds but is {bounds[i]}"));
            }
            else if (i > 0 && bounds[i] <= bounds[i - 1])
            {
                yield return new(at[i], string.Create(CultureInfo.InvariantCulture, $"must be above the bound before it, {bounds[i - 1]}, but is {bounds[i]}; write them in ascending order"));
            }
        }
    }

    private IEnumerable<Violation> ValidateTags(FieldPath at)
    {
        if (Tags is not { } tags)
        {
            yield break;
        }

        if (tags.Length > MostTags)
        {
            yield return new(at, $"has {tags.Length} tags, the limit is {MostTags}");
        }

        if (tags.Count(tag => tag.Metrics) is > HopTelemetry.MostMetricTags and var measured)
        {
            yield return new(at, $"puts {measured} tags on metrics, the limit is {HopTelemetry.MostMetricTags}: each multiplies the series");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tags.Length; i++)
        {
            foreach (var violation in tags[i].Validate(at[i]))
            {
                yield return violation;
            }

            // Prometheus knows no dots.
            if (!known.Add(tags[i].Name.Replace('.', '_')))
            {
                yield return new(at[i] / "name", $"is {Wording.Quote(tags[i].Name)}, as that of another tag (dots and underscores are the same in Prometheus); keep one of them");
            }
        }
    }
}
