using Envoy.Config.Core.V3;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model.Snapshots;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;
using OutlierMessage = Envoy.Config.Cluster.V3.OutlierDetection;

namespace Mesh.Xds.Codecs;

/// <summary>When a replica is left out. A detector that counts is enforced at 100 %, one that does not at 0, for where nothing is said some count.</summary>
internal static class OutlierDetectionCodec
{
    private const string OriginName = "outlierDetection";
    private const uint On = 100;

    public static void Encode(Cluster cluster, ClusterMessage message, Metadata metadata)
    {
        if (cluster.Outliers is { } outliers)
        {
            metadata.WithOrigin(OriginName, outliers.Origin);
            message.OutlierDetection = Encode(outliers);
        }

        if (cluster.PanicThreshold != Cluster.DefaultPanicThreshold)
        {
            message.CommonLbConfig = new() { HealthyPanicThreshold = new() { Value = cluster.PanicThreshold } };
        }
    }

    public static OutlierMessage Encode(OutlierDetection outliers)
    {
        var message = new OutlierMessage
        {
            Interval = Duration.FromTimeSpan(outliers.Interval),
            BaseEjectionTime = Duration.FromTimeSpan(outliers.BaseEjectionTime),
            MaxEjectionTime = Duration.FromTimeSpan(outliers.MaxEjectionTime),
            MaxEjectionPercent = (uint)outliers.MaxEjectionPercent,
            SplitExternalLocalOriginErrors = outliers.SplitErrors,
            Consecutive5Xx = (uint?)outliers.TotalFailures,
            EnforcingConsecutive5Xx = Enforced(outliers.TotalFailures is not null),
            ConsecutiveGatewayFailure = (uint?)outliers.GatewayFailures,
            EnforcingConsecutiveGatewayFailure = Enforced(outliers.GatewayFailures is not null),
            ConsecutiveLocalOriginFailure = (uint?)outliers.LocalOriginFailures,
            EnforcingConsecutiveLocalOriginFailure = Enforced(outliers.LocalOriginFailures is not null),
            EnforcingSuccessRate = Enforced(outliers.SuccessRate is not null),
            EnforcingLocalOriginSuccessRate = Enforced(outliers is { SuccessRate: not null, SplitErrors: true }),
            EnforcingFailurePercentage = Enforced(outliers.FailurePercentage is not null),
            EnforcingFailurePercentageLocalOrigin = Enforced(outliers is { FailurePercentage: not null, SplitErrors: true }),
        };
        if (outliers.SuccessRate is { } rate)
        {
            message.SuccessRateMinimumHosts = (uint)rate.MinimumHosts;
            message.SuccessRateRequestVolume = (uint)rate.RequestVolume;
            message.SuccessRateStdevFactor = (uint)rate.DeviationThousandths;
        }

        if (outliers.FailurePercentage is { } percentage)
        {
            message.FailurePercentageMinimumHosts = (uint)percentage.MinimumHosts;
            message.FailurePercentageRequestVolume = (uint)percentage.RequestVolume;
            message.FailurePercentageThreshold = (uint)percentage.Threshold;
        }

        return message;
    }

    public static double DecodePanicThreshold(ClusterMessage message)
    {
        var threshold = message.CommonLbConfig?.HealthyPanicThreshold?.Value ?? Cluster.DefaultPanicThreshold;
        return threshold is >= 0 and <= 100 ? threshold : throw new ResourceRefusedException($"common_lb_config.healthy_panic_threshold: {threshold} is not between 0 and 100");
    }

    public static OutlierDetection? Decode(OutlierMessage? message, Metadata? metadata)
    {
        const string where = "outlier_detection";
        if (message is null)
        {
            return null;
        }

        var outliers = new OutlierDetection
        {
            Interval = ValueCodec.Required(message.Interval, $"{where}.interval"),
            BaseEjectionTime = ValueCodec.Required(message.BaseEjectionTime, $"{where}.base_ejection_time"),
            MaxEjectionTime = ValueCodec.Required(message.MaxEjectionTime, $"{where}.max_ejection_time"),
            MaxEjectionPercent = (int)(message.MaxEjectionPercent ?? 10),
            SplitErrors = message.SplitExternalLocalOriginErrors,
            TotalFailures = Consecutive(message.Consecutive5Xx, message.EnforcingConsecutive5Xx, $"{where}.consecutive_5xx"),
            GatewayFailures = Consecutive(message.ConsecutiveGatewayFailure, message.EnforcingConsecutiveGatewayFailure, $"{where}.consecutive_gateway_failure"),
            LocalOriginFailures = Consecutive(message.ConsecutiveLocalOriginFailure, message.EnforcingConsecutiveLocalOriginFailure, $"{where}.consecutive_local_origin_failure"),
            SuccessRate = message.EnforcingSuccessRate is not On ? null : new(
                Number(message.SuccessRateMinimumHosts, $"{where}.success_rate_minimum_hosts"),
                Number(message.SuccessRateRequestVolume, $"{where}.success_rate_request_volume"),
                Number(message.SuccessRateStdevFactor, $"{where}.success_rate_stdev_factor")),
            FailurePercentage = message.EnforcingFailurePercentage is not On ? null : new(
                Number(message.FailurePercentageMinimumHosts, $"{where}.failure_percentage_minimum_hosts"),
                Number(message.FailurePercentageRequestVolume, $"{where}.failure_percentage_request_volume"),
                Number(message.FailurePercentageThreshold, $"{where}.failure_percentage_threshold")),
            Origin = metadata.Origin(OriginName),
        };
        return outliers is { Interval.Ticks: > 0, BaseEjectionTime.Ticks: > 0, MaxEjectionPercent: >= 0 and <= 100 } && outliers.MaxEjectionTime >= outliers.BaseEjectionTime
            ? outliers
            : throw new ResourceRefusedException($"{where}: interval, base_ejection_time and max_ejection_time have to be greater than zero, the last not less than the one before, and max_ejection_percent at most 100");
    }

    private static uint? Enforced(bool isOn) => isOn ? On : 0;

    private static int? Consecutive(uint? failures, uint? enforced, string where) => enforced is not On ? null : Number(failures, where);

    private static int Number(uint? number, string where) =>
        number is >= 1 and <= int.MaxValue ? (int)number : throw new ResourceRefusedException($"{where}: {number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"} is not greater than zero");
}
