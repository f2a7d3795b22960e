using System.Collections.Immutable;

namespace Mesh.Xds.Wire;

/// <summary>The types of resources, as they are named on the wire.</summary>
public static class TypeUrls
{
    /// <summary>What stands before a message's full name.</summary>
    public const string Prefix = "type.googleapis.com/";

    /// <summary>CDS.</summary>
    public const string Cluster = Prefix + "envoy.config.cluster.v3.Cluster";

    /// <summary>EDS.</summary>
    public const string Endpoints = Prefix + "envoy.config.endpoint.v3.ClusterLoadAssignment";

    /// <summary>LDS.</summary>
    public const string Listener = Prefix + "envoy.config.listener.v3.Listener";

    /// <summary>RDS.</summary>
    public const string RouteTable = Prefix + "envoy.config.route.v3.RouteConfiguration";

    /// <summary>SDS: keys, certificates and roots. No control plane serves it; a sidecar serves its own to clients beside it.</summary>
    public const string Secret = Prefix + "envoy.extensions.transport_sockets.tls.v3.Secret";

    /// <summary>Our own: faults that end by themselves. Only our sidecars ask for them, over delta; each has a time to live.</summary>
    public const string Fault = Prefix + "mesh.snapshot.v1.FaultLease";

    /// <summary>Our own: that somebody records. Asked for and sent as faults are.</summary>
    public const string Recording = Prefix + "mesh.recording.v1.RecordingLease";

    /// <summary>The order in which additions are sent, so that nothing refers to what is not there yet.</summary>
    public static ImmutableArray<string> InOrder { get; } = [Cluster, Endpoints, Listener, RouteTable, Fault, Recording];

    /// <summary>The order in which removals are sent, after all additions, so that nothing refers to what is no longer there.</summary>
    public static ImmutableArray<string> InRemovalOrder { get; } = [Recording, Fault, Listener, RouteTable, Cluster, Endpoints];

    /// <summary>Whether a subscription without names means all resources of the type (xDS protocol, wildcard).</summary>
    public static bool HasWildcard(string typeUrl) => typeUrl is Cluster or Listener or Fault or Recording;

    /// <summary>Whether its resources end by themselves: they are no part of the configuration, refer to nothing, and are kept on no disk.</summary>
    public static bool IsLeased(string typeUrl) => typeUrl is Fault or Recording;

    /// <summary>The short name for people: CDS, EDS, LDS, RDS, Fault and Recording.</summary>
    public static string ShortName(string typeUrl) => typeUrl switch
    {
        Cluster => "CDS",
        Endpoints => "EDS",
        Listener => "LDS",
        RouteTable => "RDS",
        Fault => "Fault",
        Recording => "Recording",
        _ => typeUrl,
    };
}
