using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;

namespace Mesh.Model.Compilation;

/// <summary>Who may call each port of the mesh. A port that is not in it may be called by nobody.</summary>
public sealed class CompiledPermissions
{
    private readonly PermissionRule _developer;

    internal CompiledPermissions(TrustDomain trustDomain, ImmutableDictionary<PortRef, PermissionSet> byPort)
    {
        ByPort = byPort;
        _developer = new PermissionRule { Principals = [new PrincipalMatch(SpiffeId.Developer(trustDomain).Text)], Origin = Origin.Default };
    }

    /// <summary>The permissions of mesh doors.</summary>
    public ImmutableDictionary<PortRef, PermissionSet> ByPort { get; }

    /// <summary>Edges that allow nothing by themselves, for an entry of <c>allowOnly</c> stands in for them: each with its caller and who said so.</summary>
    internal ImmutableDictionary<PortRef, ImmutableArray<(PermissionRule Edge, Origin By)>> ReplacedEdges { get; init; } = ImmutableDictionary<PortRef, ImmutableArray<(PermissionRule Edge, Origin By)>>.Empty;

    /// <summary>Who may come in through the mesh door.</summary>
    public PermissionSet MeshDoor(PortRef port) => ByPort.GetValueOrDefault(port, PermissionSet.Nobody);

    /// <summary>Who may come in through the front door: the same, and the developer, whom a sidecar knows in run mode only.</summary>
    public PermissionSet FrontDoor(PortRef port)
    {
        var permissions = MeshDoor(port);
        return permissions with { Allow = [.. permissions.Allow, _developer] };
    }

    /// <summary>A snapshot with these permissions and otherwise as it was: what a last good snapshot gets when a new one cannot be made.</summary>
    public ProxySnapshot ApplyTo(ProxySnapshot snapshot) => snapshot.WithPermissions(MeshDoor, FrontDoor);
}
