using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Proxy.Tests.Pair;

/// <summary>HTTP/1.1 by hand: for what no client library lets a test write or see.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly StringBuilder _seen = new();
    private readonly byte[] _buffer = new byte[16 * 1024];

    public static async Task<RawHttp> ConnectAsync(IPEndPoint to)
    {
        var http = new RawHttp();
        await http._socket.ConnectAsync(to).InTime();
        return http;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.Latin1.GetBytes(text)).InTime();

    /// <summary>Everything up to and with a piece of text.</summary>
    public async Task<string> ReadToAsync(string piece)
    {
        while (true)
        {
            var all = _seen.ToString();
            var at = all.IndexOf(piece, StringComparison.Ordinal);
            if (at >= 0)
            {
                _seen.Remove(0, at + piece.Length);
                return all[..(at + piece.Length)];
            }

            var read = await _socket.ReceiveAsync(_buffer).InTime();
            Assert.True(read > 0, $"The connection ended after: {all}");
            _seen.Append(Encoding.Latin1.GetString(_buffer, 0, read));
        }
    }

    /// <summary>Everything until the far end closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            int read;
            while ((read = await _socket.ReceiveAsync(_buffer).InTime()) > 0)
            {
                _seen.Append(Encoding.Latin1.GetString(_buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return _seen.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
