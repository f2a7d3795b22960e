using Mesh.Model.Policies.Fault;

namespace Mesh.ControlPlane.Compilation;

/// <summary>Begins and ends faults: for one control plane in its memory, for several where all of them look.</summary>
internal interface IFaultHolder
{
    /// <summary>Begins a fault.</summary>
    /// <param name="request">What was asked for, and found valid.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/>: there are as many as there may be.</returns>
    /// <exception cref="ReplicasUnreachableException">Nobody can be told.</exception>
    ValueTask<FaultLease?> BeginAsync(FaultRequest request, string by, CancellationToken cancellationToken);

    /// <summary>Ends one before its time.</summary>
    /// <returns>What it was; <see langword="null"/>: there was none.</returns>
    /// <exception cref="ReplicasUnreachableException">Nobody can be told.</exception>
    ValueTask<FaultLease?> EndAsync(string id, CancellationToken cancellationToken);
}
