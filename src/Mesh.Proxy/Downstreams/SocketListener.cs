using System.Net;
using System.Net.Sockets;

namespace Mesh.Proxy.Downstreams;

/// <summary>One listening socket.</summary>
internal sealed class SocketListener : IDisposable
{
    private readonly Socket _socket;

    private SocketListener(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens; with the real port where 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Opens a listener.</summary>
    /// <param name="name">Its resource name.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="accepted">Takes a connection; does not throw.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For accept errors.</param>
    /// <exception cref="SocketException">The address is taken or not this host's.</exception>
    public static SocketListener Open(string name, IPEndPoint address, Func<Socket, Task> accepted, TimeProvider time, ILogger logger)
    {
        const int backlog = 512;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(address);
            socket.Listen(backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listener = new SocketListener(socket);
        _ = new AcceptLoop(name, socket.AcceptAsync, accepted, time, logger).RunAsync();
        return listener;
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();
}
