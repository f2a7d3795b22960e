using System.Net;
using System.Net.Sockets;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>A port that refuses connections until an app listens there, and that nobody else is given meanwhile.</summary>
internal sealed class ReservedPort : IDisposable
{
    public ReservedPort() => Socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>What holds it: bound, and not listening.</summary>
    public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public IPEndPoint Address => (IPEndPoint)Socket.LocalEndPoint!;

    public void Dispose() => Socket.Dispose();
}
