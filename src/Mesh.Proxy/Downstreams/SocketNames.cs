using System.Net.Sockets;

namespace Mesh.Proxy.Downstreams;

/// <summary>Names of sockets for logs.</summary>
internal static class SocketNames
{
    /// <summary>The far end's address, as long as the socket knows it.</summary>
    public static string SafeRemote(this Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint?.ToString() ?? "nowhere";
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return "a closed connection";
        }
    }
}
