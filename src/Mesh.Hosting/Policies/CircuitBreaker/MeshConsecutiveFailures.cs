using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>Failures in a row after which a replica is left out.</summary>
[AspireDto]
public sealed class MeshConsecutiveFailures
{
    /// <summary>How many, 1 to 1,000,000. Default: 5 (Envoy).</summary>
    public int? Consecutive { get; set; }

    internal ConsecutiveFailures ToSettings() => new() { Consecutive = Consecutive };
}
