using System.Collections.Immutable;
using Mesh.Model.Recording;
using Mesh.Model.Topology;

namespace Mesh.ControlPlane.Compilation;

/// <summary>What one replica of a control plane was told of a recording.</summary>
internal sealed record RecordingShare
{
    /// <summary>The edges.</summary>
    public ImmutableArray<RecordedEdge> Edges { get; init; } = [];

    /// <summary>Calls of callers for which there was no room.</summary>
    public long Unlisted { get; init; }

    /// <summary>Sidecars that reported for the last time.</summary>
    public ImmutableArray<(ServiceId Service, string Replica)> Finished { get; init; } = [];

    /// <summary>What is missing in it, for people; <see langword="null"/>: nothing.</summary>
    public string? Gap { get; init; }
}
