using System.Collections.Immutable;

namespace Mesh.Model.Simulation;

/// <summary>One decision about a request.</summary>
/// <param name="Sidecar">The service whose sidecar decides.</param>
/// <param name="Topic">What about: <c>edge</c>, <c>path</c>, <c>fault</c>, <c>route</c>, <c>permission</c>, or the policy's setting such as <c>timeout.request</c>.</param>
/// <param name="Decision">What it decides.</param>
/// <param name="Origin">Who said so.</param>
public sealed record ExplanationStep(string Sidecar, string Topic, string Decision, Origin Origin)
{
    /// <summary>Whether the request ends here.</summary>
    public bool IsEnd { get; init; }

    /// <summary>What else was looked at, in its order.</summary>
    public ImmutableArray<StepDetail> Details { get; init; } = [];
}
