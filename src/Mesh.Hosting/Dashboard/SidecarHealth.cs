using Mesh.Model.Topology;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Hosting.Dashboard;

/// <summary>A sidecar is healthy when its configuration is live and current.</summary>
internal sealed class SidecarHealth(MeshMonitor monitor, ServiceId service, string replica) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var status = monitor.Status;
        var sidecar = status.Of(service, replica);
        return Task.FromResult(status.Error is { } error
            ? HealthCheckResult.Degraded($"It serves from what it has; whether that is current is not known, for {error}")
            : sidecar.Fault is { } fault ? HealthCheckResult.Unhealthy($"It {fault}.") : HealthCheckResult.Healthy("Its configuration is live and current."));
    }
}
