using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>Limits and outlier detection of a cluster, from CircuitBreaker policies.</summary>
internal sealed class CircuitBreakerCompiler
{
    private const string Prefix = "circuitBreaker";

    private readonly OutboundEntries<CircuitBreakerSettings> _entries = new();

    public CircuitBreakerCompiler(PolicySet policies)
    {
        foreach (var policy in policies.All.OfType<CircuitBreakerPolicy>())
        {
            _entries.Add(policy, policy.To.Select(i => (i.TargetRef, i.Default)));
        }
    }

    /// <summary>What is said of a caller's calls: equal lists lead to equal limits.</summary>
    public ImmutableArray<Layer<CircuitBreakerSettings>> Said(Service caller, Upstream upstream) => _entries.For(caller, upstream);

    public Cluster Apply(Cluster cluster, Service caller, Upstream upstream, List<AppliedSetting> applied)
    {
        var layers = _entries.For(caller, upstream);
        if (layers.IsEmpty)
        {
            return cluster;
        }

        var limits = new Fold<CircuitBreakerSettings>(layers, $"cluster/{upstream.Port}", Prefix, applied);
        var outliers = new Fold<CircuitBreakerSettings>(layers, $"cluster/{upstream.Port}", Prefix, applied);
        return cluster with
        {
            Limits = new ConnectionLimits
            {
                Connections = Limit("maxConnections", s => s.MaxConnections),
                Pending = Limit("maxPendingRequests", s => s.MaxPendingRequests),
                Requests = Limit("maxRequests", s => s.MaxRequests),
                Retries = Limit("maxRetries", s => s.MaxRetries),
            } with { Origin = limits.Origin },
            Outliers = Outliers(outliers),
            PanicThreshold = outliers.Take("outlierDetection.healthyPanicThreshold", s => s.OutlierDetection?.HealthyPanicThreshold, cluster.PanicThreshold),
            Origins = [.. cluster.Origins, .. limits.Heard.Values, .. outliers.Heard.Values],
        };

        int? Limit(string name, Func<ConnectionLimitSettings, int?> pick) => limits.TryTake($"connectionLimits.{name}", s => pick(s.ConnectionLimits), out var limit) ? limit : null;
    }

    // Switched on by whoever mentions it, unless the last word on it is disabled.
    private static OutlierDetection? Outliers(Fold<CircuitBreakerSettings> fold)
    {
        if (!IsOn(fold, "outlierDetection", s => s.OutlierDetection is not null) || fold.Take("outlierDetection.disabled", s => s.OutlierDetection?.Disabled, false))
        {
            return null;
        }

        // Nothing that an app answers takes a replica away unless somebody asks for it.
        var isDefault = !IsOn(fold, "outlierDetection.detectors", s => s.OutlierDetection?.HasDetectors == true);
        var local = isDefault ? OutlierDetection.DefaultConsecutive : Consecutive(fold, "localOriginFailures", s => s.LocalOriginFailures);
        var split = fold.Take("outlierDetection.splitExternalAndLocalErrors", s => s.OutlierDetection?.SplitExternalAndLocalErrors, local is not null);
        var defaults = new OutlierDetection();
        var first = fold.Take("outlierDetection.baseEjectionTime", s => s.OutlierDetection?.BaseEjectionTime, defaults.BaseEjectionTime);
        var longest = fold.Take("outlierDetection.maxEjectionTime", s => s.OutlierDetection?.MaxEjectionTime, defaults.MaxEjectionTime);
        var found = defaults with
        {
            Interval = fold.Take("outlierDetection.interval", s => s.OutlierDetection?.Interval, defaults.Interval),
            BaseEjectionTime = first,
            MaxEjectionTime = longest < first ? first : longest,
            MaxEjectionPercent = fold.Take("outlierDetection.maxEjectionPercent", s => s.OutlierDetection?.MaxEjectionPercent, defaults.MaxEjectionPercent),
            SplitErrors = split,
            TotalFailures = Consecutive(fold, "totalFailures", s => s.TotalFailures),
            GatewayFailures = Consecutive(fold, "gatewayFailures", s => s.GatewayFailures),
            LocalOriginFailures = split ? local : null,
            SuccessRate = SuccessRate(fold),
            FailurePercentage = FailurePercentage(fold),
        };
        return found with { Origin = fold.Origin };
    }

    private static bool IsOn(Fold<CircuitBreakerSettings> fold, string name, Func<CircuitBreakerSettings, bool> isSaid) => fold.Take(name, s => isSaid(s) ? true : (bool?)null, false);

    private static int? Consecutive(Fold<CircuitBreakerSettings> fold, string name, Func<OutlierDetectionSettings, ConsecutiveFailures?> pick) =>
        IsOn(fold, $"outlierDetection.detectors.{name}", s => s.OutlierDetection is { } detection && pick(detection) is not null)
            ? fold.Take($"outlierDetection.detectors.{name}.consecutive", s => s.OutlierDetection is { } detection ? pick(detection)?.Consecutive : null, OutlierDetection.DefaultConsecutive)
            : null;

    private static SuccessRateRule? SuccessRate(Fold<CircuitBreakerSettings> fold)
    {
        const string name = "outlierDetection.detectors.successRate";
        var defaults = new SuccessRateRule();
        return !IsOn(fold, name, s => s.OutlierDetection?.SuccessRate is not null) ? null : new SuccessRateRule(
            fold.Take($"{name}.minimumHosts", s => s.OutlierDetection?.SuccessRate?.MinimumHosts, defaults.MinimumHosts),
            fold.Take($"{name}.requestVolume", s => s.OutlierDetection?.SuccessRate?.RequestVolume, defaults.RequestVolume),
            (int)Math.Round(1000 * fold.Take($"{name}.standardDeviationFactor", s => s.OutlierDetection?.SuccessRate?.StandardDeviationFactor, defaults.DeviationThousandths / 1000.0)));
    }

    private static FailurePercentageRule? FailurePercentage(Fold<CircuitBreakerSettings> fold)
    {
        const string name = "outlierDetection.detectors.failurePercentage";
        var defaults = new FailurePercentageRule();
        return !IsOn(fold, name, s => s.OutlierDetection?.FailurePercentage is not null) ? null : new FailurePercentageRule(
            fold.Take($"{name}.minimumHosts", s => s.OutlierDetection?.FailurePercentage?.MinimumHosts, defaults.MinimumHosts),
            fold.Take($"{name}.requestVolume", s => s.OutlierDetection?.FailurePercentage?.RequestVolume, defaults.RequestVolume),
            fold.Take($"{name}.threshold", s => s.OutlierDetection?.FailurePercentage?.Threshold, defaults.Threshold));
    }
}
