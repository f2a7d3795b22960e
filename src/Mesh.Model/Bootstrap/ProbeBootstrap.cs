using System.Collections.Immutable;

namespace Mesh.Model.Bootstrap;

/// <summary>What a sidecar offers to probes from outside its pod, which have no identity.</summary>
public sealed record ProbeBootstrap
{
    /// <summary><c>ip:port</c> of <c>GET /ready</c> and <c>GET /live</c> about the sidecar itself; 15020 in containers.</summary>
    public required string Address { get; init; }

    /// <summary>Where probes of the app pass.</summary>
    public ImmutableArray<ProbeDoor> Doors { get; set; } = [];
}
