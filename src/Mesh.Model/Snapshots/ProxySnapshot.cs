using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>
/// All that the sidecars of one service do, endpoints of upstreams apart: those change too often to be part of it.
/// Immutable; a request reads one reference and works on that to its end.
/// </summary>
public sealed record ProxySnapshot
{
    /// <summary>The identity that every sidecar of the service carries.</summary>
    public required SpiffeId Identity { get; init; }

    /// <summary>One listener for each upstream port that the service may call.</summary>
    public ImmutableArray<OutboundListener> Outbound { get; init; } = [];

    /// <summary>The ports behind the mesh door, one for each port of the service.</summary>
    public ImmutableArray<InboundPort> Inbound { get; init; } = [];

    /// <summary>The doors for people and probes outside the mesh.</summary>
    public ImmutableArray<FrontDoor> FrontDoors { get; init; } = [];

    /// <summary>The route tables that HTTP listeners name.</summary>
    public ImmutableArray<RouteTable> RouteTables { get; init; } = [];

    /// <summary>The clusters that routes and listeners name.</summary>
    public ImmutableArray<Cluster> Clusters { get; init; } = [];

    /// <summary>What goes wrong on purpose for now. Each ends by itself; none is kept on disk.</summary>
    public ImmutableArray<FaultRule> Faults { get; init; } = [];

    /// <summary>That somebody records for now; <see langword="null"/>: nobody does. Kept on no disk, as faults.</summary>
    public RecordingOrder? Recording { get; init; }

    /// <summary>The same with other permissions.</summary>
    /// <param name="meshDoor">Who may come in through the mesh door, by port.</param>
    /// <param name="frontDoor">The same of the front door.</param>
    public ProxySnapshot WithPermissions(Func<PortRef, PermissionSet> meshDoor, Func<PortRef, PermissionSet> frontDoor) => this with
    {
        Inbound = [.. Inbound.Select(port => port with { Permissions = meshDoor(port.Port) })],
        FrontDoors = [.. FrontDoors.Select(door => door with { Permissions = frontDoor(door.Port) })],
    };

    /// <summary>The same with the permissions of another one, nobody's for ports and doors that the other has no more: a last good snapshot keeps no permission alive.</summary>
    public ProxySnapshot WithPermissionsOf(ProxySnapshot other)
    {
        var inbound = other.Inbound.ToDictionary(port => port.Port, port => port.Permissions);
        var front = other.FrontDoors.ToDictionary(door => door.Port, door => door.Permissions);
        return WithPermissions(port => inbound.GetValueOrDefault(port, PermissionSet.Nobody), port => front.GetValueOrDefault(port, PermissionSet.Nobody));
    }
}
