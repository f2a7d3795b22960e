using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>Leaves out a replica of whose requests in an interval so many failed.</summary>
[AspireDto]
public sealed class MeshFailurePercentage
{
    /// <summary>Replicas with enough requests that there have to be. Default: 5 (Envoy).</summary>
    public int? MinimumHosts { get; set; }

    /// <summary>Requests in an interval that make a replica count. Default: 50 (Envoy).</summary>
    public int? RequestVolume { get; set; }

    /// <summary>Failures in percent of its requests, 1 to 100. Default: 85 (Envoy).</summary>
    public int? Threshold { get; set; }

    internal FailurePercentageDetector ToSettings() => new() { MinimumHosts = MinimumHosts, RequestVolume = RequestVolume, Threshold = Threshold };
}
