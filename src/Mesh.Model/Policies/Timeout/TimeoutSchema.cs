using Mesh.Model.Serialization.Schemas;


namespace Mesh.Model.Policies.Timeout;

/// <summary>The spec of kind Timeout.</summary>
internal static class TimeoutSchema
{
    private static readonly ObjectSchema<OutboundTimeoutSettings> Outbound = new ObjectSchema<OutboundTimeoutSettings>(() => new())
        .Value("connect", DurationSchema.Any, x => x.Connect, (x, v) => x with { Connect = v })
        .Value("request", DurationSchema.Any, x => x.Request, (x, v) => x with { Request = v })
        .Value("grpcRequest", DurationSchema.Any, x => x.GrpcRequest, (x, v) => x with { GrpcRequest = v })
        .Value("streamIdle", DurationSchema.Any, x => x.StreamIdle, (x, v) => x with { StreamIdle = v })
        .Value("idle", DurationSchema.Any, x => x.Idle, (x, v) => x with { Idle = v })
        .Value("maxConnectionDuration", DurationSchema.Any, x => x.MaxConnectionDuration, (x, v) => x with { MaxConnectionDuration = v });

    private static readonly ObjectSchema<InboundTimeoutSettings> Inbound = new ObjectSchema<InboundTimeoutSettings>(() => new())
        .Value("connect", DurationSchema.Any, x => x.Connect, (x, v) => x with { Connect = v })
        .Value("request", DurationSchema.Any, x => x.Request, (x, v) => x with { Request = v })
        .Value("streamIdle", DurationSchema.Any, x => x.StreamIdle, (x, v) => x with { StreamIdle = v })
        .Value("idle", DurationSchema.Any, x => x.Idle, (x, v) => x with { Idle = v })
        .Value("requestHeaders", DurationSchema.Any, x => x.RequestHeaders, (x, v) => x with { RequestHeaders = v })
        .Value("maxConnectionDuration", DurationSchema.Any, x => x.MaxConnectionDuration, (x, v) => x with { MaxConnectionDuration = v });

    public static ObjectSchema<TimeoutPolicy> Spec { get; } = SharedSchemas.Spec<TimeoutPolicy>()
        .List("to", SharedSchemas.To(Outbound), x => x.To, (x, v) => x with { To = v })
        .List("rules", SharedSchemas.RuleByCaller(Inbound), x => x.Rules, (x, v) => x with { Rules = v });
}
