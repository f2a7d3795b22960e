using Aspire.Hosting;
using Mesh.Model.Policies.Telemetry;

namespace Mesh.Hosting;

/// <summary>What a sidecar tells of requests. What is left out comes from less specific policies.</summary>
[AspireDto]
public sealed class MeshTelemetry
{
    /// <summary>Makes spans. Default: true.</summary>
    public bool? Tracing { get; set; }

    /// <summary>Share of the traces that begin at the sidecar, 0 to 100. Default: 100.</summary>
    public double? Sampling { get; set; }

    /// <summary>Lets that share decide although the caller has decided. Default: false, as W3C Trace Context wants it.</summary>
    public bool? IgnoreParent { get; set; }

    /// <summary>Measures how long requests take. Default: true.</summary>
    public bool? Metrics { get; set; }

    /// <summary>Upper bounds of the buckets of request durations, in seconds, ascending. Default: those of OpenTelemetry's conventions, and 1 and 2.5 ms.</summary>
    public IList<double>? DurationBuckets { get; set; }

    /// <summary>Attributes of spans, and of metrics where they say so; they replace what less specific policies say. Default: none beside the sidecar's own.</summary>
    public IList<MeshTag>? Tags { get; set; }

    internal TelemetrySettings ToSettings() => new()
    {
        TracingDisabled = !Tracing,
        Sampling = Sampling,
        IgnoreParent = IgnoreParent,
        MetricsDisabled = !Metrics,
        DurationBuckets = DurationBuckets is null ? null : [.. DurationBuckets],
        Tags = Tags is null ? null : [.. Tags.Select(tag => tag.ToTag())],
    };
}
