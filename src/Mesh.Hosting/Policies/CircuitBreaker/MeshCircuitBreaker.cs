using Aspire.Hosting;
using Mesh.Model.Policies.CircuitBreaker;

namespace Mesh.Hosting;

/// <summary>What a caller's sidecar may have open at a time, and which replicas it leaves out. What is left <see langword="null"/> comes from less specific calls, policies and defaults.</summary>
[AspireDto]
public sealed class MeshCircuitBreaker
{
    /// <summary>What may be open at a time. Default: any number.</summary>
    public MeshConnectionLimits ConnectionLimits { get; set; } = new();

    /// <summary>When a replica is left out for a while because of what became of requests to it. Default: only while it cannot be connected to.</summary>
    public MeshOutlierDetection? OutlierDetection { get; set; }

    internal CircuitBreakerSettings ToSettings() => new() { ConnectionLimits = ConnectionLimits.ToSettings(), OutlierDetection = OutlierDetection?.ToSettings() };
}
