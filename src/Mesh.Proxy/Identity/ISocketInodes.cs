using System.Net;

namespace Mesh.Proxy.Identity;

/// <summary>Tells the inode of the socket at one end of a TCP connection on this machine.</summary>
internal interface ISocketInodes
{
    /// <summary>Finds the socket.</summary>
    /// <param name="local">Its own address, IPv4 as such.</param>
    /// <param name="remote">The address it is connected to, IPv4 as such.</param>
    /// <returns><see langword="null"/>: there is none, or it belongs to no process any more.</returns>
    ulong? Find(IPEndPoint local, IPEndPoint remote);
}
