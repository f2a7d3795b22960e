using System.Net;

namespace Mesh.Proxy.Identity;

/// <summary>Asks the operating system whose process a loopback peer is.</summary>
internal interface IPeerProcesses
{
    /// <summary>Finds the process.</summary>
    /// <param name="peer">The other end.</param>
    /// <param name="listener">This end.</param>
    ValueTask<PeerProcess> FindAsync(IPEndPoint peer, IPEndPoint listener);
}
