using System.Collections.Immutable;

namespace Mesh.Model.Topology;

/// <summary>Something outside the mesh that services call: a hop that leaves mTLS at the caller's sidecar.</summary>
public sealed record ExternalService
{
    /// <summary>The name that callers use.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>Its ports, each with the address behind it.</summary>
    public ImmutableArray<ExternalPort> Ports { get; init; } = [];

    /// <summary>Where it was declared.</summary>
    public required Origin Origin { get; init; }
}
