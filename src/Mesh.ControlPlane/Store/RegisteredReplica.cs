using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>A replica with a live lease, as its sidecar describes it.</summary>
/// <param name="Replica">What endpoints are made of.</param>
/// <param name="Draining">Whether it takes no new work; it is no endpoint then.</param>
/// <param name="CertificateNotAfter">When the certificate in use ends, as the sidecar says.</param>
/// <param name="ProxyVersion">The sidecar's version.</param>
/// <param name="Since">When its stream was opened.</param>
internal sealed record RegisteredReplica(Replica Replica, bool Draining, DateTimeOffset? CertificateNotAfter, string ProxyVersion, DateTimeOffset Since)
{
    /// <summary>What its sidecar says of the replicas that it calls.</summary>
    public UpstreamReport Upstreams { get; init; } = UpstreamReport.None;
}
