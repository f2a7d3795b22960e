using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Snapshots;

/// <summary>The door of a port for those outside the mesh: people at a browser on a laptop, external users and probes where published.</summary>
public sealed record FrontDoor
{
    /// <summary>The port behind it.</summary>
    public required PortRef Port { get; init; }

    /// <summary>What the app speaks on it; the door speaks the same, but <see cref="AppProtocol.Https"/> in clear text where the bootstrap has no server certificate.</summary>
    public required AppProtocol Protocol { get; init; }

    /// <summary>
    /// Who may come in. Callers that are processes of the mesh's own services are held to it under their own identity; the developer is one more
    /// identity, which exists only where the bootstrap switches it on.
    /// </summary>
    public required PermissionSet Permissions { get; init; }

    /// <summary>Bounds on what callers send.</summary>
    public InboundTimeouts Timeouts { get; init; } = new();

    /// <summary>How much may come in: out of the same buckets as through the mesh door.</summary>
    public InboundLimits Limits { get; init; } = InboundLimits.None;

    /// <summary>How much may be under way to the app at a time, by mesh door and front door together.</summary>
    public ImmutableArray<ConcurrencyLimit> Concurrency { get; init; } = [];

    /// <summary>What is written about requests and tcp connections.</summary>
    public ImmutableArray<AccessLog> AccessLogs { get; init; } = [];

    /// <summary>For HTTP: what is told of requests. <see langword="null"/>: nothing is said of it.</summary>
    public HopTelemetry? Telemetry { get; init; }

    /// <summary>Whether the endpoint was declared external: anyone may come in without an identity where it is published.</summary>
    public bool External { get; init; }

    /// <summary>Whether an endpoint that is not external takes callers without an identity too. Unlike at an external one, a rule has to let them in.</summary>
    public bool Permissive { get; init; }

    /// <summary>Who said so.</summary>
    public Origin PermissiveOrigin { get; init; } = Origin.Default;

    /// <summary>Where it listens in a container. <see langword="null"/>: the bootstrap file says.</summary>
    public int? ContainerPort { get; init; }

    /// <summary>The resource name.</summary>
    public string Name => ResourceNames.FrontDoor(Port.Port);
}
