using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>What the mesh would do with a request, decision by decision.</summary>
public sealed record RequestExplanation
{
    /// <summary>The request.</summary>
    public required SimulatedRequest Request { get; init; }

    /// <summary>In one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The error that the caller's sidecar answers with, a code of docs/errors.md; <see langword="null"/>: none, see <see cref="Backends"/>.</summary>
    public string? Error { get; init; }

    /// <summary>The status of an answer that the caller's sidecar gives by itself: a redirect, or the error's.</summary>
    public int? Status { get; init; }

    /// <summary>The rule that matched; <see langword="null"/>: none, or there are none.</summary>
    public string? Route { get; init; }

    /// <summary>The decisions of the caller's sidecar.</summary>
    public ImmutableArray<ExplanationStep> Steps { get; init; } = [];

    /// <summary>Where requests go, by weight.</summary>
    public ImmutableArray<BackendExplanation> Backends { get; init; } = [];

    /// <summary>Where copies go, with the share of the requests that is copied, and what becomes of them; the caller hears nothing of it.</summary>
    public ImmutableArray<BackendExplanation> Copies { get; init; } = [];

    /// <summary>What policies that are only rehearsed would change; empty: nothing, or there are none.</summary>
    public ImmutableArray<string> Shadow { get; init; } = [];

    /// <summary>Where ports of the mesh take tokens from: what is there is not shown.</summary>
    public ImmutableArray<TokenPlace> TokenPlaces { get; init; } = [];

    /// <summary>Whether an app answers, whichever backend is taken.</summary>
    public bool Passes => Error is null && Status is null && !Backends.IsEmpty && Backends.All(b => b.Error is null);
}
