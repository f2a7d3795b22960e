using System.Net;
using System.Net.Sockets;

namespace Mesh.Hosting.Running;

/// <summary>
/// Whether somebody listens. While an app starts, it is asked some hundred times a second, and the answer is mostly no: an exception for each would cost the AppHost a core.
/// </summary>
internal static class ListenProbe
{
    /// <summary>Connects to <c>ip:port</c> or <c>localhost:port</c> and closes at once. <c>localhost</c> means 127.0.0.1, where every listener of the mesh is.</summary>
    public static async ValueTask<bool> IsListeningAsync(string address)
    {
        var endpoint = IPEndPoint.Parse(address.StartsWith("localhost:", StringComparison.Ordinal) ? $"{IPAddress.Loopback}{address["localhost".Length..]}" : address);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = endpoint };
        var done = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, e) => done.TrySetResult(e.SocketError);
        return (socket.ConnectAsync(connect) ? await done.Task : connect.SocketError) == SocketError.Success;
    }
}
