using Mesh.Model.Serialization.Schemas;


namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>The spec of kind CircuitBreaker.</summary>
internal static class CircuitBreakerSchema
{
    private static readonly ObjectSchema<ConnectionLimitSettings> Limits = new ObjectSchema<ConnectionLimitSettings>(() => new())
        .Value("maxConnections", IntegerSchema.Any, x => x.MaxConnections, (x, v) => x with { MaxConnections = v })
        .Value("maxPendingRequests", IntegerSchema.Any, x => x.MaxPendingRequests, (x, v) => x with { MaxPendingRequests = v })
        .Value("maxRequests", IntegerSchema.Any, x => x.MaxRequests, (x, v) => x with { MaxRequests = v })
        .Value("maxRetries", IntegerSchema.Any, x => x.MaxRetries, (x, v) => x with { MaxRetries = v });

    private static readonly ObjectSchema<ConsecutiveFailures> Consecutive = new ObjectSchema<ConsecutiveFailures>(() => new())
        .Value("consecutive", IntegerSchema.Any, x => x.Consecutive, (x, v) => x with { Consecutive = v });

    private static readonly ObjectSchema<SuccessRateDetector> SuccessRate = new ObjectSchema<SuccessRateDetector>(() => new())
        .Value("minimumHosts", IntegerSchema.Any, x => x.MinimumHosts, (x, v) => x with { MinimumHosts = v })
        .Value("requestVolume", IntegerSchema.Any, x => x.RequestVolume, (x, v) => x with { RequestVolume = v })
        .Value("standardDeviationFactor", NumberSchema.Any, x => x.StandardDeviationFactor, (x, v) => x with { StandardDeviationFactor = v });

    private static readonly ObjectSchema<FailurePercentageDetector> FailurePercentage = new ObjectSchema<FailurePercentageDetector>(() => new())
        .Value("minimumHosts", IntegerSchema.Any, x => x.MinimumHosts, (x, v) => x with { MinimumHosts = v })
        .Value("requestVolume", IntegerSchema.Any, x => x.RequestVolume, (x, v) => x with { RequestVolume = v })
        .Value("threshold", IntegerSchema.Any, x => x.Threshold, (x, v) => x with { Threshold = v });

    private static readonly ObjectSchema<OutlierDetectionSettings> Detectors = new ObjectSchema<OutlierDetectionSettings>(() => new())
        .Field("totalFailures", Consecutive, x => x.TotalFailures, (x, v) => x with { TotalFailures = v })
        .Field("gatewayFailures", Consecutive, x => x.GatewayFailures, (x, v) => x with { GatewayFailures = v })
        .Field("localOriginFailures", Consecutive, x => x.LocalOriginFailures, (x, v) => x with { LocalOriginFailures = v })
        .Field("successRate", SuccessRate, x => x.SuccessRate, (x, v) => x with { SuccessRate = v })
        .Field("failurePercentage", FailurePercentage, x => x.FailurePercentage, (x, v) => x with { FailurePercentage = v });

    private static readonly ObjectSchema<OutlierDetectionSettings> Outliers = new ObjectSchema<OutlierDetectionSettings>(() => new())
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v })
        .Value("interval", DurationSchema.Any, x => x.Interval, (x, v) => x with { Interval = v })
        .Value("baseEjectionTime", DurationSchema.Any, x => x.BaseEjectionTime, (x, v) => x with { BaseEjectionTime = v })
        .Value("maxEjectionTime", DurationSchema.Any, x => x.MaxEjectionTime, (x, v) => x with { MaxEjectionTime = v })
        .Value("maxEjectionPercent", IntegerSchema.Any, x => x.MaxEjectionPercent, (x, v) => x with { MaxEjectionPercent = v })
        .Value("splitExternalAndLocalErrors", BooleanSchema.Any, x => x.SplitExternalAndLocalErrors, (x, v) => x with { SplitExternalAndLocalErrors = v })
        .Value("healthyPanicThreshold", NumberSchema.Any, x => x.HealthyPanicThreshold, (x, v) => x with { HealthyPanicThreshold = v })
        .Group("detectors", Detectors);

    private static readonly ObjectSchema<CircuitBreakerSettings> Settings = new ObjectSchema<CircuitBreakerSettings>(() => new())
        .Field("connectionLimits", Limits, x => x.ConnectionLimits == new ConnectionLimitSettings() ? null : x.ConnectionLimits, (x, v) => x with { ConnectionLimits = v })
        .Field("outlierDetection", Outliers, x => x.OutlierDetection, (x, v) => x with { OutlierDetection = v });

    private static readonly ObjectSchema<InboundBreakerSettings> Inbound = new ObjectSchema<InboundBreakerSettings>(() => new())
        .Group("connectionLimits", new ObjectSchema<InboundBreakerSettings>(() => new())
            .Value("maxConnections", IntegerSchema.Any, x => x.MaxConnections, (x, v) => x with { MaxConnections = v })
            .Value("maxPendingRequests", IntegerSchema.Any, x => x.MaxPendingRequests, (x, v) => x with { MaxPendingRequests = v })
            .Value("maxRequests", IntegerSchema.Any, x => x.MaxRequests, (x, v) => x with { MaxRequests = v }));

    public static ObjectSchema<CircuitBreakerPolicy> Spec { get; } = SharedSchemas.Spec<CircuitBreakerPolicy>()
        .List("to", SharedSchemas.To(Settings), x => x.To, (x, v) => x with { To = v })
        .List("rules", SharedSchemas.RuleByCaller(Inbound), x => x.Rules, (x, v) => x with { Rules = v });
}
