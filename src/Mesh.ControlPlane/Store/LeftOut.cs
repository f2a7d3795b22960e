using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Store;

/// <summary>A ready replica that a sidecar leaves out, as that sidecar says.</summary>
/// <param name="Upstream">The port that is called.</param>
/// <param name="Replica">The replica; of a host outside the mesh <c>host:port</c>.</param>
/// <param name="State"><c>ejected</c> by outlier detection, or <c>unhealthy</c> by health checks.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when; <see langword="null"/>: until it is well.</param>
internal sealed record LeftOut(PortRef Upstream, string Replica, string State, string Reason, DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>By outlier detection.</summary>
    public const string Ejected = "ejected";

    /// <summary>By health checks.</summary>
    public const string Unhealthy = "unhealthy";
}
