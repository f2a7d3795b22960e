using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>Leaves out a replica whose share of successes in an interval is so many standard deviations below the mean of all.</summary>
[AspireDto]
public sealed class MeshSuccessRate
{
    /// <summary>Replicas with enough requests that there have to be. Default: 5 (Envoy).</summary>
    public int? MinimumHosts { get; set; }

    /// <summary>Requests in an interval that make a replica count. Default: 100 (Envoy).</summary>
    public int? RequestVolume { get; set; }

    /// <summary>Standard deviations, more than 0, at most 100. Default: 1.9 (Envoy).</summary>
    public double? StandardDeviationFactor { get; set; }

    internal SuccessRateDetector ToSettings() => new() { MinimumHosts = MinimumHosts, RequestVolume = RequestVolume, StandardDeviationFactor = StandardDeviationFactor };
}
