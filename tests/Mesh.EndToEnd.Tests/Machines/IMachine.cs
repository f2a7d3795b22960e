using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mesh.EndToEnd.Tests.Machines;

/// <summary>Where a process runs and a connection begins.</summary>
internal interface IMachine
{
    /// <summary>By which IP address others reach it.</summary>
    string Address { get; }

    /// <summary>How a process is started there.</summary>
    ProcessStartInfo Start(string file, params string[] arguments);

    /// <summary>A socket whose connections begin there.</summary>
    Socket NewSocket();

    /// <summary>A client whose connections begin there.</summary>
    HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync });

    /// <summary>Opens a connection that begins there, for a client.</summary>
    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = NewSocket();
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
