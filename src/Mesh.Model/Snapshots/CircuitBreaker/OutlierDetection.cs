namespace Mesh.Model.Snapshots;

/// <summary>When a replica is left out for a while because of what became of requests to it. Detectors that are <see langword="null"/> do not count. The last replica never is.</summary>
public sealed record OutlierDetection
{
    /// <summary>How many failures in a row, where nothing is said: Envoy's.</summary>
    public const int DefaultConsecutive = 5;

    /// <summary>How often rates are looked at, and growth goes back. Default: 10 s, Envoy's.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the first time; the n-th time n times as long. Default: 30 s, Envoy's.</summary>
    public TimeSpan BaseEjectionTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long at most. Default: 5 min, Envoy's.</summary>
    public TimeSpan MaxEjectionTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many replicas at a time, in percent; one always may be. Default: 10, Envoy's and Kuma's.</summary>
    public int MaxEjectionPercent { get; init; } = 10;

    /// <summary>Whether what got no answer is counted apart from what was answered; otherwise it counts as an answer of 503.</summary>
    public bool SplitErrors { get; init; }

    /// <summary>Answers of 5xx in a row.</summary>
    public int? TotalFailures { get; init; }

    /// <summary>Answers of 502, 503 or 504 in a row.</summary>
    public int? GatewayFailures { get; init; }

    /// <summary>Requests in a row without an answer; only with <see cref="SplitErrors"/>.</summary>
    public int? LocalOriginFailures { get; init; }

    /// <summary>A share of successes far below the others'.</summary>
    public SuccessRateRule? SuccessRate { get; init; }

    /// <summary>A share of failures.</summary>
    public FailurePercentageRule? FailurePercentage { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;
}
