namespace Mesh.ControlPlane.Store;

/// <summary>One registration stream's hold on one replica name. Disposing of it withdraws the replica, unless a newer stream holds the name.</summary>
internal sealed class ReplicaLease(ReplicaRegistry registry, long holder) : IDisposable
{
    /// <summary>Replaces what is known of the replica and begins its lease anew.</summary>
    /// <returns>Whether the lease still holds; not, when a newer stream took the name.</returns>
    public bool Renew(RegisteredReplica replica) => registry.Renew(holder, replica);

    /// <inheritdoc />
    public void Dispose() => registry.Withdraw(holder);
}
