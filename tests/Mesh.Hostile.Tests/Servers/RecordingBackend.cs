using System.Net;
using System.Net.Sockets;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>The app behind a server: notes every request, octet by octet, and answers it with an empty 200.</summary>
internal sealed class RecordingBackend : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RecordingBackend()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public Recording Recording { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var reader = new RequestReader();
            var buffer = new byte[64 * 1024];
            try
            {
                int read;
                while ((read = await socket.ReceiveAsync(buffer)) > 0)
                {
                    reader.Append(buffer.AsSpan(0, read));
                    if (reader.WaitsForGoOn)
                    {
                        await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
                    }

                    while (reader.Take() is { } request)
                    {
                        Recording.Add(request);
                        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                    }
                }
            }
            catch (SocketException)
            {
                // The server in front went away.
            }
        }
    }
}
