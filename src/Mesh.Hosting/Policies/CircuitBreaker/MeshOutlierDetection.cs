using Aspire.Hosting;
using Mesh.Hosting.Exports;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>When a replica is left out for a while because of what became of requests to it. The last one never is. With no detector set, <see cref="LocalOriginFailures"/> counts.</summary>
[AspireDto]
public sealed class MeshOutlierDetection
{
    /// <summary>Switches off what a less specific call or policy switched on. Default: false.</summary>
    public bool? Disabled { get; set; }

    /// <summary>How often rates are looked at, and growth goes back. Default: 10 s (Envoy).</summary>
    [Milliseconds]
    public TimeSpan? Interval { get; set; }

    /// <summary>How long a replica is left out the first time; each further time so much longer. Default: 30 s (Envoy).</summary>
    [Milliseconds]
    public TimeSpan? BaseEjectionTime { get; set; }

    /// <summary>The longest that it is left out. Default: 5 min (Envoy).</summary>
    [Milliseconds]
    public TimeSpan? MaxEjectionTime { get; set; }

    /// <summary>How many replicas may be left out at a time, in percent; one always may, the last one never. Default: 10 (Envoy, Kuma).</summary>
    public int? MaxEjectionPercent { get; set; }

    /// <summary>Whether what got no answer is counted apart from what was answered. Default: where <see cref="LocalOriginFailures"/> counts.</summary>
    public bool? SplitExternalAndLocalErrors { get; set; }

    /// <summary>Share of the replicas, in percent, below which all of them are used; 0: never. Default: 50 (Envoy, Kuma).</summary>
    public double? HealthyPanicThreshold { get; set; }

    /// <summary>Answers of 500 to 599 in a row.</summary>
    public MeshConsecutiveFailures? TotalFailures { get; set; }

    /// <summary>Answers of 502, 503 or 504 in a row.</summary>
    public MeshConsecutiveFailures? GatewayFailures { get; set; }

    /// <summary>Requests in a row without an answer.</summary>
    public MeshConsecutiveFailures? LocalOriginFailures { get; set; }

    /// <summary>A share of successes far below that of the other replicas.</summary>
    public MeshSuccessRate? SuccessRate { get; set; }

    /// <summary>A share of failures.</summary>
    public MeshFailurePercentage? FailurePercentage { get; set; }

    internal OutlierDetectionSettings ToSettings() => new()
    {
        Disabled = Disabled,
        Interval = Interval,
        BaseEjectionTime = BaseEjectionTime,
        MaxEjectionTime = MaxEjectionTime,
        MaxEjectionPercent = MaxEjectionPercent,
        SplitExternalAndLocalErrors = SplitExternalAndLocalErrors,
        HealthyPanicThreshold = HealthyPanicThreshold,
        TotalFailures = TotalFailures?.ToSettings(),
        GatewayFailures = GatewayFailures?.ToSettings(),
        LocalOriginFailures = LocalOriginFailures?.ToSettings(),
        SuccessRate = SuccessRate?.ToSettings(),
        FailurePercentage = FailurePercentage?.ToSettings(),
    };
}
