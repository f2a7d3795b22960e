using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Upstreams;

/// <summary>A request that waits for a connection: it is given one that came back, or (<see langword="null"/>) the right to open one.</summary>
/// <param name="takesConnections">Whether one that came back is of use to it; if not, it waits for one that closes.</param>
internal sealed class ConnectionWaiter(bool takesConnections) : TaskCompletionSource<Http1Connection?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Whether one that came back is of use to it.</summary>
    public bool TakesConnections => takesConnections;
}
