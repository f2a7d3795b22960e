using System.Collections.Immutable;
using Mesh.Model.Identity;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>Snapshots and endpoint sets as resources for a sidecar of Mesh. Foreign clients get other resources from the same snapshot.</summary>
public static class SnapshotCodec
{
    /// <summary>Every resource of a snapshot, endpoints apart.</summary>
    public static ImmutableArray<XdsResource> Encode(ProxySnapshot snapshot) => EncodedSnapshot.Of(snapshot).Resources;

    /// <summary>The resource of an endpoint set.</summary>
    public static XdsResource Encode(EndpointSet endpoints) => EndpointCodec.Encode(endpoints);

    /// <summary>The snapshot again; everything in the order of its names, which has no meaning.</summary>
    /// <exception cref="ResourceRefusedException">A resource is not readable, or asks for what Mesh cannot do.</exception>
    public static ProxySnapshot Decode(SpiffeId identity, IEnumerable<XdsResource> resources) =>
        Assemble(identity, resources.Select(ResourceDecoder.Decode));

    /// <summary>A snapshot from decoded resources; endpoint sets among them are left out.</summary>
    internal static ProxySnapshot Assemble(SpiffeId identity, IEnumerable<object> values)
    {
        var all = values.ToArray();
        return new()
        {
            Identity = identity,
            Outbound = InOrder<OutboundListener>(all, listener => listener.Name),
            Inbound = [.. all.OfType<MeshDoor>().SelectMany(door => door.Ports)],
            FrontDoors = InOrder<FrontDoor>(all, door => door.Name),
            RouteTables = InOrder<RouteTable>(all, table => table.Name),
            Clusters = InOrder<Cluster>(all, cluster => cluster.Name),
            Faults = InOrder<FaultRule>(all, fault => fault.Name),
            Recording = all.OfType<RecordingOrder>().FirstOrDefault(),
        };
    }

    private static ImmutableArray<T> InOrder<T>(object[] values, Func<T, string> name) => [.. values.OfType<T>().OrderBy(name, StringComparer.Ordinal)];
}
