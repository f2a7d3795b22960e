using System.Collections.Immutable;

namespace Mesh.ControlPlane.Compilation;

/// <summary>The control plane is one process.</summary>
internal sealed class NoRecordingPeers : IRecordingPeers
{
    /// <inheritdoc />
    public TimeSpan AskEvery => Timeout.InfiniteTimeSpan;

    /// <inheritdoc />
    public ValueTask<ImmutableArray<RecordingShare>> SeenAsync(string id, CancellationToken cancellationToken) => new([]);
}
