using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// Lets the system ask a far end that is silent whether it is still there, so that one which vanished without a word (a node without power, an address translation that was forgotten) is an
/// error within <c>30 s + 3 · 15 s</c>. HTTP/2 asks by itself at the same pace; HTTP/1.1 and tunnels have nothing of the kind, and what an app asks for on its own socket now ends at its sidecar.
/// </summary>
internal static class TcpLiveness
{
    private const int SilenceSeconds = 30;
    private const int BetweenSeconds = 15;
    private const int Questions = 3;

    /// <summary>Begins to ask. Where the system has no such setting it stays as it is there.</summary>
    public static void Watch(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, 1);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SilenceSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, BetweenSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Questions);
        }
        catch (SocketException)
        {
            // Or it has ended already, and whoever reads it will hear so.
        }
    }
}
