using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>One port that the plan needs. Equal requests mean the same port, so a source may remember what it gave.</summary>
/// <param name="Purpose">What for.</param>
/// <param name="Service">Whose replica.</param>
/// <param name="Replica">Which replica, from 0.</param>
/// <param name="Name">The endpoint's name, the upstream port, or empty where the purpose says it all.</param>
public sealed record PortRequest(PortPurpose Purpose, ServiceId Service, int Replica, string Name)
{
    /// <inheritdoc />
    public override string ToString() => $"{Purpose}:{Service}:{Replica}:{Name}";
}
