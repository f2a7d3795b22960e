namespace Mesh.ControlPlane.Kubernetes.Leading;

/// <summary>What only one replica of the control plane does at a time.</summary>
internal interface ILeaderWork
{
    /// <summary>Does it until cancelled: then the lease is lost, or the process is stopping.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
