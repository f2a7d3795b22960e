using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.Telemetry;

/// <summary>The spec of kind Telemetry.</summary>
internal static class TelemetrySchema
{
    private static readonly ObjectSchema<TagSource> Source = new ObjectSchema<TagSource>(() => new(""))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("default", TextSchema.Any, x => x.Default, (x, v) => x with { Default = v });

    private static readonly ObjectSchema<TelemetryTag> Tag = new ObjectSchema<TelemetryTag>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("literal", TextSchema.Any, x => x.Literal, (x, v) => x with { Literal = v })
        .Field("header", Source, x => x.Header, (x, v) => x with { Header = v })
        .Field("environment", Source, x => x.Environment, (x, v) => x with { Environment = v })
        .Value("metrics", BooleanSchema.Any, x => x.Metrics ? true : null, (x, v) => x with { Metrics = v })
        .Value("maxValues", IntegerSchema.Any, x => x.MaxValues, (x, v) => x with { MaxValues = v });

    private static readonly ObjectSchema<TelemetrySettings> Settings = new ObjectSchema<TelemetrySettings>(() => new())
        .Group("tracing", new ObjectSchema<TelemetrySettings>(() => new())
            .Value("disabled", BooleanSchema.Any, x => x.TracingDisabled, (x, v) => x with { TracingDisabled = v })
            .Value("sampling", NumberSchema.Any, x => x.Sampling, (x, v) => x with { Sampling = v })
            .Value("ignoreParent", BooleanSchema.Any, x => x.IgnoreParent, (x, v) => x with { IgnoreParent = v }))
        .Group("metrics", new ObjectSchema<TelemetrySettings>(() => new())
            .Value("disabled", BooleanSchema.Any, x => x.MetricsDisabled, (x, v) => x with { MetricsDisabled = v })
            .Value("durationBuckets", new ListSchema<double>(NumberSchema.Any), x => x.DurationBuckets, (x, v) => x with { DurationBuckets = v }))
        .Value("tags", new ListSchema<TelemetryTag>(Tag), x => x.Tags, (x, v) => x with { Tags = v });

    public static ObjectSchema<TelemetryPolicy> Spec { get; } = SharedSchemas.Spec<TelemetryPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v })
        .List("rules", SharedSchemas.Rule(Settings), x => x.Rules, (x, v) => x with { Rules = v });
}
