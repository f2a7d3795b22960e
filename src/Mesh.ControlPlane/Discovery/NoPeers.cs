namespace Mesh.ControlPlane.Discovery;

/// <summary>The control plane is one process.</summary>
internal sealed class NoPeers : IPeerStreams
{
    /// <inheritdoc />
    public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
