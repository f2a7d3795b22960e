using System.Net.Sockets;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Downstreams;

/// <summary>A listener that ought to be open.</summary>
/// <param name="Name">Its resource name.</param>
/// <param name="Address">Where.</param>
/// <param name="Kind">What it speaks: another kind under the same name is another listener.</param>
/// <param name="Accept">Takes its connections.</param>
internal sealed record ListenerPlan(string Name, ListenAddress Address, string Kind, Func<Socket, ConnectionSet, Task> Accept);
