using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Upstreams;

/// <summary>A request that waits for a connection: it is given one that came back, or (<see langword="null"/>) the right to open one.</summary>
internal sealed class ConnectionWaiter() : TaskCompletionSource<Http1Connection?>(TaskCreationOptions.RunContinuationsAsynchronously);
