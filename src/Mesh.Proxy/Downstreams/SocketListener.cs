using System.Net;
using System.Net.Sockets;

namespace Mesh.Proxy.Downstreams;

/// <summary>One listening socket.</summary>
internal sealed partial class SocketListener : IDisposable
{
    private readonly Socket _socket;
    private readonly Func<Socket, Task> _accepted;
    private readonly ILogger _logger;
    private readonly string _name;

    private SocketListener(string name, Socket socket, Func<Socket, Task> accepted, ILogger logger)
    {
        _name = name;
        _socket = socket;
        _accepted = accepted;
        _logger = logger;
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Where it listens; with the real port where 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Opens a listener.</summary>
    /// <param name="name">Its resource name.</param>
    /// <param name="address">Where to listen.</param>
    /// <param name="accepted">Takes a connection; does not throw.</param>
    /// <param name="logger">For accept errors.</param>
    /// <exception cref="SocketException">The address is taken or not this host's.</exception>
    public static SocketListener Open(string name, IPEndPoint address, Func<Socket, Task> accepted, ILogger logger)
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

        var listener = new SocketListener(name, socket, accepted, logger);
        _ = listener.AcceptAsync();
        return listener;
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var connection = await _socket.AcceptAsync();
                connection.NoDelay = true;
                // Off the accept loop: with inline completions a handshake would hold the next connection up.
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Accepted(state.Connection), (Accepted: _accepted, Connection: connection), preferLocal: false);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e)
            {
                // One connection that died in the queue, or no descriptors left: neither ends the listener.
                Log.AcceptFailed(_logger, _name, e.Message);
                await Task.Yield();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3560, LogLevel.Warning, "{Listener} could not accept a connection: {Reason}.", EventName = nameof(AcceptFailed))]
        public static partial void AcceptFailed(ILogger logger, string listener, string reason);
    }
}
