using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HealthCheck;

/// <summary>The spec of kind HealthCheck.</summary>
internal static class HealthCheckSchema
{
    private static readonly ObjectSchema<CheckHeader> Header = new ObjectSchema<CheckHeader>(() => new("", ""))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("value", TextSchema.Any, x => x.Value, (x, v) => x with { Value = v }, required: true);

    private static readonly ObjectSchema<HttpCheckSettings> Http = new ObjectSchema<HttpCheckSettings>(() => new())
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v })
        .Field("path", TextSchema.Any, x => x.Path, (x, v) => x with { Path = v })
        .Value("expectedStatuses", new ListSchema<int>(IntegerSchema.Any), x => x.ExpectedStatuses, (x, v) => x with { ExpectedStatuses = v })
        .Value("headers", new ListSchema<CheckHeader>(Header), x => x.Headers, (x, v) => x with { Headers = v });

    private static readonly ObjectSchema<TcpCheckSettings> Tcp = new ObjectSchema<TcpCheckSettings>(() => new())
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v })
        .Field("send", TextSchema.Any, x => x.Send, (x, v) => x with { Send = v })
        .Value("receive", new ListSchema<string>(TextSchema.Any), x => x.Receive, (x, v) => x with { Receive = v });

    private static readonly ObjectSchema<GrpcCheckSettings> Grpc = new ObjectSchema<GrpcCheckSettings>(() => new())
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v })
        .Field("serviceName", TextSchema.Any, x => x.ServiceName, (x, v) => x with { ServiceName = v })
        .Field("authority", TextSchema.Any, x => x.Authority, (x, v) => x with { Authority = v });

    private static readonly ObjectSchema<HealthCheckSettings> Settings = new ObjectSchema<HealthCheckSettings>(() => new())
        .Value("interval", DurationSchema.Any, x => x.Interval, (x, v) => x with { Interval = v })
        .Value("timeout", DurationSchema.Any, x => x.Timeout, (x, v) => x with { Timeout = v })
        .Value("unhealthyThreshold", IntegerSchema.Any, x => x.UnhealthyThreshold, (x, v) => x with { UnhealthyThreshold = v })
        .Value("healthyThreshold", IntegerSchema.Any, x => x.HealthyThreshold, (x, v) => x with { HealthyThreshold = v })
        .Value("initialJitter", DurationSchema.Any, x => x.InitialJitter, (x, v) => x with { InitialJitter = v })
        .Value("intervalJitter", DurationSchema.Any, x => x.IntervalJitter, (x, v) => x with { IntervalJitter = v })
        .Value("intervalJitterPercent", IntegerSchema.Any, x => x.IntervalJitterPercent, (x, v) => x with { IntervalJitterPercent = v })
        .Value("noTrafficInterval", DurationSchema.Any, x => x.NoTrafficInterval, (x, v) => x with { NoTrafficInterval = v })
        .Value("reuseConnection", BooleanSchema.Any, x => x.ReuseConnection, (x, v) => x with { ReuseConnection = v })
        .Value("failTrafficOnPanic", BooleanSchema.Any, x => x.FailTrafficOnPanic, (x, v) => x with { FailTrafficOnPanic = v })
        .Field("http", Http, x => x.Http == new HttpCheckSettings() ? null : x.Http, (x, v) => x with { Http = v })
        .Field("tcp", Tcp, x => x.Tcp == new TcpCheckSettings() ? null : x.Tcp, (x, v) => x with { Tcp = v })
        .Field("grpc", Grpc, x => x.Grpc == new GrpcCheckSettings() ? null : x.Grpc, (x, v) => x with { Grpc = v });

    public static ObjectSchema<HealthCheckPolicy> Spec { get; } = SharedSchemas.Spec<HealthCheckPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v });
}
