namespace Mesh.ControlPlane.Discovery;

/// <summary>Asks the other replicas of the control plane which sidecars speak with them, so that all of them show the same.</summary>
internal interface IPeerStreams
{
    /// <summary>Has <see cref="ProxyDirectory.Elsewhere"/> be what they say now, or a moment ago. Ends in a second at most, and with what was known before where one does not answer.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}
