using System.Diagnostics.Metrics;
using Mesh.Proxy.Telemetry;

namespace Mesh.Proxy.Identity;

/// <summary>How long the control plane may stay away.</summary>
internal sealed class IdentityMetrics
{
    private readonly Counter<long> _renewals;

    public IdentityMetrics(ProxyMetrics metrics, WorkloadIdentity identity)
    {
        metrics.Meter.CreateObservableGauge("mesh.identity.remaining", () => identity.Remaining.TotalSeconds, "s", "How long the SVID still lives: so long may the control plane be away.");
        _renewals = metrics.Meter.CreateCounter<long>("mesh.identity.renewals", "{renewal}", "Attempts to get an SVID.");
    }

    /// <summary>An attempt has ended.</summary>
    public void Renewed(bool succeeded) => _renewals.Add(1, new KeyValuePair<string, object?>("mesh.outcome", succeeded ? "success" : "failure"));
}
