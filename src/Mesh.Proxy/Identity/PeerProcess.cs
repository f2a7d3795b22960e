using Mesh.Model.Topology;

namespace Mesh.Proxy.Identity;

/// <summary>Whose process the other end of a loopback connection is.</summary>
/// <param name="IsKnown">Whether the operating system told. If not, the rest means nothing.</param>
/// <param name="Workload">The service of the mesh that the process, or one that started it, was marked with. <see langword="null"/>: none.</param>
/// <param name="ProcessId">The process, for error texts.</param>
internal readonly record struct PeerProcess(bool IsKnown, ServiceId? Workload, int ProcessId)
{
    /// <summary>The operating system does not tell.</summary>
    public static PeerProcess Unknown => default;
}
