namespace Mesh.Model.Snapshots;

/// <summary>A replica is left out whose share of successes in an interval is so many standard deviations below the mean of all.</summary>
/// <param name="MinimumHosts">Replicas with that volume that there have to be. Default: 5, Envoy's.</param>
/// <param name="RequestVolume">Requests in an interval that make a replica count. Default: 100, Envoy's.</param>
/// <param name="DeviationThousandths">Standard deviations in thousandths. Default: 1,900, Envoy's.</param>
public sealed record SuccessRateRule(int MinimumHosts = 5, int RequestVolume = 100, int DeviationThousandths = 1900);
