using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Xds.Client;

/// <summary>
/// Who may come in, for every door of a service. It travels with the listeners but is applied on its own: a revoked permission is not kept alive by a
/// mistake in a route. A port that is missing here lets nobody in.
/// </summary>
/// <param name="MeshDoor">By port name, for peers.</param>
/// <param name="FrontDoors">By port name, for those outside the mesh.</param>
public sealed record DoorPermissions(
    ImmutableSortedDictionary<string, PermissionSet> MeshDoor,
    ImmutableSortedDictionary<string, PermissionSet> FrontDoors)
{
    /// <summary>Lets nobody in anywhere.</summary>
    public static DoorPermissions Nobody { get; } = new(
        ImmutableSortedDictionary.Create<string, PermissionSet>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, PermissionSet>(StringComparer.Ordinal));

    /// <summary>The permissions of a port behind the mesh door.</summary>
    public PermissionSet ForPeers(string port) => MeshDoor.GetValueOrDefault(port, PermissionSet.Nobody);

    /// <summary>The permissions of a port's front door.</summary>
    public PermissionSet ForFrontDoor(string port) => FrontDoors.GetValueOrDefault(port, PermissionSet.Nobody);
}
