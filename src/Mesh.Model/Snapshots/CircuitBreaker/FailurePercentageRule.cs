namespace Mesh.Model.Snapshots;

/// <summary>A replica is left out of whose requests in an interval so many failed.</summary>
/// <param name="MinimumHosts">Replicas with that volume that there have to be. Default: 5, Envoy's.</param>
/// <param name="RequestVolume">Requests in an interval that make a replica count. Default: 50, Envoy's.</param>
/// <param name="Threshold">Failures in percent. Default: 85, Envoy's.</param>
public sealed record FailurePercentageRule(int MinimumHosts = 5, int RequestVolume = 50, int Threshold = 85);
