namespace Mesh.Proxy.Policies.HealthCheck;

/// <summary>Asks one replica how it is.</summary>
internal interface IReplicaProbe : IDisposable
{
    /// <summary>Asks. What it throws says that the replica is not well.</summary>
    Task<CheckResult> CheckAsync(CancellationToken cancellationToken);
}
