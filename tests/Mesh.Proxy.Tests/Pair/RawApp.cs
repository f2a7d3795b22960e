using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>An app by hand: does with each connection what a test says.</summary>
internal sealed class RawApp : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _requests;

    /// <summary>Connections that sent anything: a probe does not count.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Answers each request head with the same text, and closes.</summary>
    public static Task<RawApp> StartAsync(string answer) => StartAsync(async (socket, _) =>
    {
        await socket.SendAsync(Encoding.Latin1.GetBytes(answer));
        socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>Hands over each connection with the first bytes that came.</summary>
    public static Task<RawApp> StartAsync(Func<Socket, ReadOnlyMemory<byte>, Task> serve)
    {
        var app = new RawApp();
        app._listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        app._listener.Listen();
        _ = app.AcceptAsync(serve);
        return Task.FromResult(app);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(Func<Socket, ReadOnlyMemory<byte>, Task> serve)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync(), serve);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, ReadOnlyMemory<byte>, Task> serve)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                var read = await socket.ReceiveAsync(buffer);
                if (read > 0)
                {
                    Interlocked.Increment(ref _requests);
                    await serve(socket, buffer.AsMemory(0, read));
                }
            }
            catch (SocketException)
            {
                // The proxy went away.
            }
        }
    }
}
