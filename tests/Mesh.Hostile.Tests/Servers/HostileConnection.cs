using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>A caller's connection: octets as they are.</summary>
internal sealed class HostileConnection(Socket socket, Stream stream) : IDisposable
{
    public Stream Stream => stream;

    public static async Task<HostileConnection> OpenAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to, TestContext.Current.CancellationToken);
        return new(socket, new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Opens one with TLS.</summary>
    public static async Task<HostileConnection> OpenAsync(IPEndPoint to, SslClientAuthenticationOptions options)
    {
        var plain = await OpenAsync(to);
        var tls = new SslStream(plain.Stream);
        await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return new(plain.Socket, tls);
    }

    private Socket Socket => socket;

    /// <summary>Says that nothing more comes.</summary>
    public async Task FinishAsync()
    {
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    public void Dispose()
    {
        stream.Dispose();
        socket.Dispose();
    }
}
