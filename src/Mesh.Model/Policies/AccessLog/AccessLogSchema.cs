using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.AccessLog;

/// <summary>The spec of kind AccessLog.</summary>
internal static class AccessLogSchema
{
    private static readonly ObjectSchema<Snapshots.AccessLog> Backend = new ObjectSchema<Snapshots.AccessLog>(() => new())
        .Value("type", Words.Named<AccessLogKind>(), x => x.Kind, (x, v) => x with { Kind = v }, required: true)
        .Group("file", new ObjectSchema<Snapshots.AccessLog>(() => new())
            .Field("path", TextSchema.Any, x => x.Path, (x, v) => x with { Path = v }))
        .Group("format", new ObjectSchema<Snapshots.AccessLog>(() => new())
            .Field("text", TextSchema.Any, x => x.Text, (x, v) => x with { Text = v })
            .Field("json", LabelsSchema.Any, x => x.Json, (x, v) => x with { Json = v })
            .Value("omitEmptyValues", BooleanSchema.Any, x => x.OmitEmptyValues ? true : null, (x, v) => x with { OmitEmptyValues = v }))
        .Group("openTelemetry", new ObjectSchema<Snapshots.AccessLog>(() => new())
            .Field("body", TextSchema.Any, x => x.Body, (x, v) => x with { Body = v })
            .Field("attributes", LabelsSchema.Any, x => x.Attributes, (x, v) => x with { Attributes = v }))
        .Group("filter", new ObjectSchema<Snapshots.AccessLog>(() => new())
            .Value("minStatus", IntegerSchema.Any, x => x.MinStatus, (x, v) => x with { MinStatus = v })
            .Value("minDuration", DurationSchema.Any, x => x.MinDuration, (x, v) => x with { MinDuration = v })
            .Value("onlyErrors", BooleanSchema.Any, x => x.OnlyErrors ? true : null, (x, v) => x with { OnlyErrors = v })
            .List("headers", SharedSchemas.Value, x => x.Headers, (x, v) => x with { Headers = v })
            .Value("percent", NumberSchema.Any, x => x.Percent == FaultPercent.All ? null : x.Percent, (x, v) => x with { Percent = v }));

    private static readonly ObjectSchema<AccessLogSettings> Settings = new ObjectSchema<AccessLogSettings>(() => new())
        .Value("backends", new ListSchema<Snapshots.AccessLog>(Backend), x => x.Backends, (x, v) => x with { Backends = v });

    public static ObjectSchema<AccessLogPolicy> Spec { get; } = SharedSchemas.Spec<AccessLogPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v })
        .List("rules", SharedSchemas.RuleByCaller(Settings), x => x.Rules, (x, v) => x with { Rules = v });
}
