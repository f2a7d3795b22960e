using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Mesh.Model.Snapshots;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>
/// A snapshot with its resources. The next one takes over the resources of all parts that say the same: one changed route in a mesh of thousands costs one encoding.
/// </summary>
internal sealed class EncodedSnapshot
{
    // The compiler shares clusters and route tables between callers: what was encoded for one is not looked at again for the others. Gone with the parts themselves.
    private static readonly ConditionalWeakTable<object, XdsResource> Encoded = [];

    private readonly ImmutableArray<XdsResource> _clusters;
    private readonly ImmutableArray<XdsResource> _door;
    private readonly ImmutableArray<XdsResource> _leases;
    private readonly ImmutableArray<XdsResource> _frontDoors;
    private readonly ImmutableArray<XdsResource> _outbound;
    private readonly ImmutableArray<XdsResource> _routeTables;

    private EncodedSnapshot(ProxySnapshot snapshot, EncodedSnapshot? previous)
    {
        var before = previous?.Snapshot;
        Snapshot = snapshot;
        _clusters = Encode(snapshot.Clusters, before?.Clusters, previous?._clusters, cluster => cluster.Upstream, SameContent.Of, ClusterCodec.Encode, isShared: true);
        _door = snapshot.Inbound.IsEmpty ? []
            : previous is { _door: [var door] } && SameContent.Of(snapshot.Inbound, previous.Snapshot.Inbound) ? [door]
            : [DoorCodec.EncodeMeshDoor(snapshot.Inbound)];
        _frontDoors = Encode(snapshot.FrontDoors, before?.FrontDoors, previous?._frontDoors, door => door.Port, SameContent.Of, DoorCodec.Encode);
        _outbound = Encode(snapshot.Outbound, before?.Outbound, previous?._outbound, listener => listener.Upstream, SameContent.Of, OutboundListenerCodec.Encode);
        _routeTables = Encode(snapshot.RouteTables, before?.RouteTables, previous?._routeTables, table => table.Name, SameContent.Of, RouteTableCodec.Encode, isShared: true);
        _leases = [.. snapshot.Faults.Select(FaultCodec.Encode), .. snapshot.Recording is { } order ? [RecordingCodec.Encode(order)] : ImmutableArray<XdsResource>.Empty];
    }

    /// <summary>What was encoded.</summary>
    public ProxySnapshot Snapshot { get; }

    /// <summary>Every resource, endpoints apart.</summary>
    public ImmutableArray<XdsResource> Resources => [.. _clusters, .. _door, .. _frontDoors, .. _outbound, .. _routeTables, .. _leases];

    /// <summary>Encodes a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="previous">The one that it most likely resembles; <see langword="null"/>: none.</param>
    public static EncodedSnapshot Of(ProxySnapshot snapshot, EncodedSnapshot? previous = null) => new(snapshot, previous);

    private static ImmutableArray<XdsResource> Encode<TPart, TKey>(
        ImmutableArray<TPart> parts,
        ImmutableArray<TPart>? before,
        ImmutableArray<XdsResource>? encoded,
        Func<TPart, TKey> key,
        Func<TPart, TPart, bool> same,
        Func<TPart, XdsResource> encode,
        bool isShared = false)
        where TPart : class
        where TKey : notnull
    {
        if (before is not { IsEmpty: false } known || encoded is not { } resources)
        {
            return [.. parts.Select(part => isShared ? Encoded.GetValue(part, _ => encode(part)) : encode(part))];
        }

        // Most often nothing came and nothing went, and every part is where it was.
        Dictionary<TKey, int>? places = null;
        var next = ImmutableArray.CreateBuilder<XdsResource>(parts.Length);
        foreach (var part in parts)
        {
            if (isShared && Encoded.TryGetValue(part, out var shared))
            {
                next.Add(shared);
                continue;
            }

            var at = next.Count;
            if (at >= known.Length || !key(part).Equals(key(known[at])))
            {
                places ??= Places(known, key);
                at = places.GetValueOrDefault(key(part), -1);
            }

            var resource = at >= 0 && same(part, known[at]) ? resources[at] : encode(part);
            if (isShared)
            {
                Encoded.AddOrUpdate(part, resource);
            }

            next.Add(resource);
        }

        return next.MoveToImmutable();
    }

    private static Dictionary<TKey, int> Places<TPart, TKey>(ImmutableArray<TPart> parts, Func<TPart, TKey> key)
        where TKey : notnull
    {
        // A snapshot that names something twice is refused later on; here the last one counts.
        var places = new Dictionary<TKey, int>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            places[key(parts[i])] = i;
        }

        return places;
    }
}
