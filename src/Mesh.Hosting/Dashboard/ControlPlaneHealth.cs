using Mesh.Hosting.Running;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.Hosting.Dashboard;

/// <summary>The control plane is healthy when it can serve sidecars.</summary>
internal sealed class ControlPlaneHealth(RunningMesh running) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await running.Client.IsReadyAsync(cancellationToken)
            ? HealthCheckResult.Healthy("It serves sidecars.")
            : HealthCheckResult.Unhealthy($"It does not answer at http://{running.ApiAddress}, or has no configuration yet; its log says why.");
}
