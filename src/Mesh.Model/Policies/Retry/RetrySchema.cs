using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.Retry;

/// <summary>The spec of kind Retry.</summary>
internal static class RetrySchema
{
    private static readonly ListSchema<RetryCondition> Conditions = new(new RetryConditionSchema());

    private static readonly ListSchema<ResetHeader> ResetHeaders = new(new ObjectSchema<ResetHeader>(() => new(""))
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Value("format", new WordSchema<bool>(("Seconds", false), ("UnixTimestamp", true)), x => x.IsUnixTimestamp ? true : null, (x, v) => x with { IsUnixTimestamp = v }));

    private static readonly ObjectSchema<HttpRetrySettings> Http = Attempts<HttpRetrySettings>(() => new())
        .Value("retryOn", Conditions, x => x.RetryOn, (x, v) => x with { RetryOn = v })
        .Value("methods", new ListSchema<string>(TextSchema.Any), x => x.Methods, (x, v) => x with { Methods = v })
        .Value("retriableRequestHeaders", new ListSchema<ValueMatch>(SharedSchemas.Value), x => x.RetriableRequestHeaders, (x, v) => x with { RetriableRequestHeaders = v })
        .Value("retriableResponseHeaders", new ListSchema<ValueMatch>(SharedSchemas.Value), x => x.RetriableResponseHeaders, (x, v) => x with { RetriableResponseHeaders = v });

    private static readonly ObjectSchema<GrpcRetrySettings> Grpc = Attempts<GrpcRetrySettings>(() => new())
        .Value("retryOn", Conditions, x => x.RetryOn, (x, v) => x with { RetryOn = v });

    private static readonly ObjectSchema<RetryBudgetSettings> Budget = new ObjectSchema<RetryBudgetSettings>(() => new())
        .Value("percent", NumberSchema.Any, x => x.Percent, (x, v) => x with { Percent = v })
        .Value("interval", DurationSchema.Any, x => x.Interval, (x, v) => x with { Interval = v })
        .Value("minPerSecond", IntegerSchema.Any, x => x.MinPerSecond, (x, v) => x with { MinPerSecond = v });

    private static readonly ObjectSchema<RetryPolicySettings> Settings = new ObjectSchema<RetryPolicySettings>(() => new())
        .Field("http", Http, x => x.Http == new HttpRetrySettings() ? null : x.Http, (x, v) => x with { Http = v })
        .Field("grpc", Grpc, x => x.Grpc == new GrpcRetrySettings() ? null : x.Grpc, (x, v) => x with { Grpc = v })
        .Group("tcp", new ObjectSchema<RetryPolicySettings>(() => new())
            .Value("maxConnectAttempts", IntegerSchema.Any, x => x.MaxConnectAttempts, (x, v) => x with { MaxConnectAttempts = v }))
        .Field("budget", Budget, x => x.Budget == new RetryBudgetSettings() ? null : x.Budget, (x, v) => x with { Budget = v });

    public static ObjectSchema<RetryPolicy> Spec { get; } = SharedSchemas.Spec<RetryPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v });

    private static ObjectSchema<T> Attempts<T>(Func<T> seed)
        where T : AttemptSettings => new ObjectSchema<T>(seed)
            .Value("numRetries", IntegerSchema.Any, x => x.NumRetries, (x, v) => x with { NumRetries = v })
            .Value("perTryTimeout", DurationSchema.Any, x => x.PerTryTimeout, (x, v) => x with { PerTryTimeout = v })
            .Group("backOff", new ObjectSchema<T>(seed)
                .Value("base", DurationSchema.Any, x => x.BackOffBase, (x, v) => x with { BackOffBase = v })
                .Value("max", DurationSchema.Any, x => x.BackOffMax, (x, v) => x with { BackOffMax = v }))
            .Group("rateLimitedBackOff", new ObjectSchema<T>(seed)
                .Value("resetHeaders", ResetHeaders, x => x.ResetHeaders, (x, v) => x with { ResetHeaders = v })
                .Value("maxInterval", DurationSchema.Any, x => x.RateLimitedMaxInterval, (x, v) => x with { RateLimitedMaxInterval = v }));
}
