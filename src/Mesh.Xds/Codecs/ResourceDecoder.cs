using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Google.Protobuf;
using Mesh.Model.Recording;
using Mesh.Model.Snapshots;
using Mesh.Recording.V1;
using Mesh.Snapshot.V1;
using Mesh.Xds.Wire;
using ClusterMessage = Envoy.Config.Cluster.V3.Cluster;

namespace Mesh.Xds.Codecs;

/// <summary>The registry of types: bytes to Mesh's own records, or a refusal that says why.</summary>
internal static class ResourceDecoder
{
    /// <summary>
    /// A <see cref="Cluster"/>, an <see cref="EndpointSet"/>, a <see cref="RouteTable"/>, an <see cref="OutboundListener"/>, a <see cref="FrontDoor"/>,
    /// a <see cref="MeshDoor"/>, or a <see cref="FaultRule"/> or <see cref="RecordingOrder"/> whose end is still to be set.
    /// </summary>
    /// <exception cref="ResourceRefusedException">It is not readable, asks for what Mesh cannot do, or says more than this version understands.</exception>
    public static object Decode(XdsResource resource)
    {
        return Refusing(() =>
        {
            var (name, value) = Read(resource);
            if (name != resource.Name)
            {
                throw new ResourceRefusedException($"the message names itself '{name}'");
            }

            // What was understood can be said again. To go on without the rest would be to drop a policy, or a part of one, silently.
            return WireCover.Uncovered(resource.Body.Span, Say(value).ToByteString().Span) is { } field
                ? throw ResourceRefusedException.BeyondThisVersion($"field {field}")
                : value;
        });
    }

    /// <summary>The permissions in a listener, whatever becomes of the rest of it; <see langword="null"/> for listeners that have none.</summary>
    /// <exception cref="ResourceRefusedException">They are not readable.</exception>
    public static ImmutableSortedDictionary<string, PermissionSet>? DecodePermissions(XdsResource resource) => Refusing(() =>
    {
        var listener = Listener.Parser.ParseFrom(resource.Body);
        if (listener.TrafficDirection == TrafficDirection.Outbound)
        {
            return null;
        }

        var permissions = DoorPermissionCodec.Decode(listener).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return resource.Name == ResourceNames.MeshDoor || permissions.Keys.All(port => ResourceNames.FrontDoor(port) == resource.Name)
            ? permissions
            : throw new ResourceRefusedException($"it holds permissions for {string.Join(", ", permissions.Keys)}");
    });

    /// <summary>Whatever a sender makes up, it is this one resource that is refused.</summary>
    private static T Refusing<T>(Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException or InvalidOperationException or OverflowException or FormatException)
        {
            throw new ResourceRefusedException($"not readable: {e.Message}", e);
        }
    }

    private static (string Name, object Value) Read(XdsResource resource)
    {
        switch (resource.TypeUrl)
        {
            case TypeUrls.Cluster:
                var cluster = ClusterMessage.Parser.ParseFrom(resource.Body);
                return (cluster.Name, ClusterCodec.Decode(cluster));
            case TypeUrls.Endpoints:
                var assignment = ClusterLoadAssignment.Parser.ParseFrom(resource.Body);
                return (assignment.ClusterName, EndpointCodec.Decode(assignment));
            case TypeUrls.Listener:
                var listener = Listener.Parser.ParseFrom(resource.Body);
                return (listener.Name, Read(listener));
            case TypeUrls.RouteTable:
                var table = RouteConfiguration.Parser.ParseFrom(resource.Body);
                return (table.Name, RouteTableCodec.Decode(table));
            case TypeUrls.Fault:
                var fault = FaultCodec.Decode(FaultLease.Parser.ParseFrom(resource.Body));
                return (fault.Name, fault);
            case TypeUrls.Recording:
                return (RecordingCodec.ResourceName, RecordingCodec.Decode(RecordingLease.Parser.ParseFrom(resource.Body)));
            default:
                throw new ResourceRefusedException($"type {resource.TypeUrl} is unknown to this version");
        }
    }

    private static IMessage Say(object value) => value switch
    {
        Cluster cluster => ClusterCodec.EncodeMessage(cluster),
        EndpointSet endpoints => EndpointCodec.EncodeMessage(endpoints),
        RouteTable table => RouteTableCodec.EncodeMessage(table),
        OutboundListener listener => OutboundListenerCodec.EncodeMessage(listener),
        MeshDoor door => DoorCodec.EncodeMeshDoorMessage(door.Ports),
        FrontDoor door => DoorCodec.EncodeMessage(door),
        FaultRule fault => FaultCodec.EncodeMessage(fault),
        RecordingOrder order => RecordingCodec.EncodeMessage(order),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
    };

    private static object Read(Listener listener) => listener switch
    {
        { TrafficDirection: TrafficDirection.Outbound } => OutboundListenerCodec.Decode(listener),
        { Name: ResourceNames.MeshDoor } => new MeshDoor(DoorCodec.DecodeMeshDoor(listener)),
        _ => DoorCodec.DecodeFrontDoor(listener),
    };
}
