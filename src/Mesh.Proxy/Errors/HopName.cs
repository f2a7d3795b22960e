using Mesh.Model.Topology;

namespace Mesh.Proxy.Errors;

/// <summary>How this proxy names itself in errors, logs and metrics.</summary>
/// <param name="Service">The service it stands beside.</param>
/// <param name="Replica">The replica.</param>
/// <param name="IsPublished">Whether outsiders come through its front doors: they are told a code and a request id only.</param>
internal sealed record HopName(ServiceId Service, string Replica, bool IsPublished = false)
{
    /// <summary>The service as metrics write it.</summary>
    public string ServiceText { get; } = Service.ToString();
}
