using System.Globalization;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>When a replica is left out for a while because of what became of requests to it. The last one that is left is never left out.</summary>
public sealed record OutlierDetectionSettings : PolicySettings
{
    /// <summary>Switches off what a less specific policy switched on. Default: false.</summary>
    public bool? Disabled { get; init; }

    /// <summary>How often rates are looked at, and growth goes back. Default: 10 s (Envoy).</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How long a replica is left out for the first time; each further time so much longer. Default: 30 s (Envoy).</summary>
    public TimeSpan? BaseEjectionTime { get; init; }

    /// <summary>The longest that it is left out. Default: 5 min (Envoy), and never less than the base.</summary>
    public TimeSpan? MaxEjectionTime { get; init; }

    /// <summary>How many of the replicas may be left out at a time, in percent, 0 to 100; one always may, and the last one never. Default: 10 (Envoy, Kuma).</summary>
    public int? MaxEjectionPercent { get; init; }

    /// <summary>Whether what went wrong on this side (no connection, a reset, no answer in time) is counted apart from what replicas answered. Default: where localOriginFailures counts.</summary>
    public bool? SplitExternalAndLocalErrors { get; init; }

    /// <summary>Share of the replicas, in percent, 0 to 100, below which all of them are used, those left out as well. Default: 50 (Envoy, Kuma).</summary>
    public double? HealthyPanicThreshold { get; init; }

    /// <summary>Answers of 500 to 599 in a row.</summary>
    public ConsecutiveFailures? TotalFailures { get; init; }

    /// <summary>Answers of 502, 503 or 504 in a row.</summary>
    public ConsecutiveFailures? GatewayFailures { get; init; }

    /// <summary>Requests in a row that got no answer. Where no detector is named, this one alone counts.</summary>
    public ConsecutiveFailures? LocalOriginFailures { get; init; }

    /// <summary>A share of successes far below that of the other replicas.</summary>
    public SuccessRateDetector? SuccessRate { get; init; }

    /// <summary>A share of failures.</summary>
    public FailurePercentageDetector? FailurePercentage { get; init; }

    internal bool HasDetectors => (TotalFailures ?? GatewayFailures ?? LocalOriginFailures) is not null || SuccessRate is not null || FailurePercentage is not null;

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var violation in Duration.Check(Interval, at / "interval").Concat(Duration.Check(BaseEjectionTime, at / "baseEjectionTime")).Concat(Duration.Check(MaxEjectionTime, at / "maxEjectionTime")))
        {
            yield return violation;
        }

        if (MaxEjectionTime < BaseEjectionTime)
        {
            yield return new(at / "maxEjectionTime", $"must not be less than baseEjectionTime ({Duration.Format(BaseEjectionTime.Value)}) but is {Duration.Format(MaxEjectionTime.Value)}");
        }

        if (MaxEjectionPercent is < 0 or > 100)
        {
            yield return new(at / "maxEjectionPercent", $"must be between 0 and 100 but is {MaxEjectionPercent}");
        }

        if (HealthyPanicThreshold is < 0 or > 100)
        {
            yield return new(at / "healthyPanicThreshold", string.Create(CultureInfo.InvariantCulture, $"must be between 0 and 100 but is {HealthyPanicThreshold}; 0 switches it off"));
        }

        if (LocalOriginFailures is not null && SplitExternalAndLocalErrors == false)
        {
            yield return new(at / "splitExternalAndLocalErrors", "is false, and localOriginFailures counts only what is split; leave one of them out");
        }

        var detectors = at / "detectors";
        foreach (var violation in (TotalFailures?.Validate(detectors / "totalFailures") ?? [])
            .Concat(GatewayFailures?.Validate(detectors / "gatewayFailures") ?? [])
            .Concat(LocalOriginFailures?.Validate(detectors / "localOriginFailures") ?? [])
            .Concat(SuccessRate?.Validate(detectors / "successRate") ?? [])
            .Concat(FailurePercentage?.Validate(detectors / "failurePercentage") ?? []))
        {
            yield return violation;
        }
    }
}
