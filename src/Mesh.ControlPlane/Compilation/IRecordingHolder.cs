namespace Mesh.ControlPlane.Compilation;

/// <summary>Begins, keeps and ends recordings: for one control plane in its memory, for several where all of them look.</summary>
internal interface IRecordingHolder
{
    /// <summary>Begins one.</summary>
    /// <param name="duration">How long it may last.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The one that runs: this one, or that of somebody else.</returns>
    /// <exception cref="ReplicasUnreachableException">Nobody can be told.</exception>
    ValueTask<(RecordingState Recording, bool IsNew)> BeginAsync(TimeSpan duration, string by, CancellationToken cancellationToken);

    /// <summary>Says that whoever began it is still there.</summary>
    /// <returns>Whether it still runs.</returns>
    /// <exception cref="ReplicasUnreachableException">Nobody can be told.</exception>
    ValueTask<bool> KeepAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ends one; sidecars hear of it and report for the last time.</summary>
    /// <returns>Whether it ran.</returns>
    /// <exception cref="ReplicasUnreachableException">Nobody can be told.</exception>
    ValueTask<bool> EndAsync(string id, CancellationToken cancellationToken);
}
