using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>A workload as it will run.</summary>
public sealed record PlannedWorkload
{
    /// <summary>What the control plane is told.</summary>
    public required Service Service { get; init; }

    /// <summary>
    /// Its replicas. Each has its own front doors; the declared front-door port is the first replica's, for a port has one listener and a front door
    /// leads to the app beside it. Calls inside the mesh are balanced over all of them.
    /// </summary>
    public ImmutableArray<PlannedReplica> Replicas { get; init; } = [];
}
