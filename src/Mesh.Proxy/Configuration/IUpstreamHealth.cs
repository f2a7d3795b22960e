using Mesh.Registration.V1;

namespace Mesh.Proxy.Configuration;

/// <summary>Which ready replicas this sidecar leaves out; the outbound side knows, the registration tells the control plane.</summary>
internal interface IUpstreamHealth
{
    /// <summary>Writes it into what the control plane is told.</summary>
    void Describe(ReplicaStatus status);

    /// <summary>Raised a moment after it changed. Handlers return soon and do not throw.</summary>
    event Action? Changed;
}
