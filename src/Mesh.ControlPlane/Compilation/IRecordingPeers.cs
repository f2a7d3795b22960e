using System.Collections.Immutable;

namespace Mesh.ControlPlane.Compilation;

/// <summary>Asks the other replicas of the control plane what their sidecars saw.</summary>
internal interface IRecordingPeers
{
    /// <summary>How often to ask while something is waited for; <see cref="Timeout.InfiniteTimeSpan"/>: there are no others.</summary>
    TimeSpan AskEvery { get; }

    /// <summary>What they were told of a recording. Takes a second at most; one that does not answer has a share that says so.</summary>
    ValueTask<ImmutableArray<RecordingShare>> SeenAsync(string id, CancellationToken cancellationToken);
}
