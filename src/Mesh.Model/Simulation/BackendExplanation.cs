using System.Collections.Immutable;

namespace Mesh.Model.Simulation;

/// <summary>What becomes of the share of requests that goes to one backend.</summary>
/// <param name="Cluster">The backend: <c>namespace/service/port</c>.</param>
/// <param name="Percent">Its share of the requests.</param>
/// <param name="Error">The code of the error that the mesh answers with; <see langword="null"/>: the app answers.</param>
public sealed record BackendExplanation(string Cluster, double Percent, string? Error)
{
    /// <summary>The target as the backend's app sees it.</summary>
    public string Target { get; init; } = "";

    /// <summary>Whether it only passes because its denial is a rehearsal.</summary>
    public bool IsShadowDenied { get; init; }

    /// <summary>The name of the limit that counts the request, of its port's rate limits; <see langword="null"/>: none does.</summary>
    public string? Limit { get; init; }

    /// <summary>The decisions that are made for this backend.</summary>
    public ImmutableArray<ExplanationStep> Steps { get; init; } = [];
}
