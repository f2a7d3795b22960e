using System.Collections.Immutable;
using Mesh.Model.Topology;
using Mesh.Model.Validation;

namespace Mesh.Model.Planning;

/// <summary>Everything that has to be started and written, or everything that is wrong.</summary>
public sealed record MeshPlan
{
    /// <summary>What is wrong with the description. Anything here: the rest is empty.</summary>
    public ImmutableArray<Violation> Violations { get; init; } = [];

    /// <summary>The workloads, in the order of the description.</summary>
    public ImmutableArray<PlannedWorkload> Workloads { get; init; } = [];

    /// <summary>What the control plane is told of services outside.</summary>
    public ImmutableArray<ExternalService> ExternalServices { get; init; } = [];

    /// <summary>Every declared edge, per callee port, in the order of the description.</summary>
    public ImmutableArray<PlannedEdge> Edges { get; init; } = [];
}
