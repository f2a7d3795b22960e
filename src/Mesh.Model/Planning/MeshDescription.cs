using System.Collections.Immutable;
using Mesh.Model.Identity;

namespace Mesh.Model.Planning;

/// <summary>What the planner is told: read from a <c>mesh.yaml</c> or from an Aspire app model, and nothing else.</summary>
public sealed record MeshDescription
{
    /// <summary>The trust domain of every identity.</summary>
    public required TrustDomain TrustDomain { get; init; }

    /// <summary>What gets a sidecar per replica.</summary>
    public ImmutableArray<WorkloadDescription> Workloads { get; init; } = [];

    /// <summary>What runs in the same app without a sidecar.</summary>
    public ImmutableArray<OutsiderDescription> Outsiders { get; init; } = [];

    /// <summary>What is called and not run by the app.</summary>
    public ImmutableArray<ExternalDescription> Externals { get; init; } = [];
}
