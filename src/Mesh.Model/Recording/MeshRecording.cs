using System.Collections.Immutable;

namespace Mesh.Model.Recording;

/// <summary>What a recording has seen until now.</summary>
public sealed record MeshRecording
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string By { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; <see langword="null"/>: it runs.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The edges, by callee and caller.</summary>
    public ImmutableArray<RecordedEdge> Edges { get; init; } = [];

    /// <summary>How many reports told of edges for which there was no room.</summary>
    public long UnlistedEdges { get; init; }

    /// <summary>Sidecars whose last report did not come, <c>namespace/service replica</c>.</summary>
    public ImmutableArray<string> Silent { get; init; } = [];

    /// <summary>What else is missing in it, for people.</summary>
    public ImmutableArray<string> Gaps { get; init; } = [];
}
