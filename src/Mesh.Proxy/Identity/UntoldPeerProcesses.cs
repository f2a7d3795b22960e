using System.Net;

namespace Mesh.Proxy.Identity;

/// <summary>For operating systems that do not tell, and where nobody asked.</summary>
internal sealed class UntoldPeerProcesses : IPeerProcesses
{
    /// <inheritdoc />
    public ValueTask<PeerProcess> FindAsync(IPEndPoint peer, IPEndPoint listener) => new(PeerProcess.Unknown);
}
