using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Benchmarks.Load;

/// <summary>One blocking HTTP/1.1 client connection that does no more work than a measurement needs.</summary>
internal sealed class HttpConnection : IDisposable
{
    // The authority a .NET or curl caller would send through its outbound listener.
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: orders\r\n\r\n");

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _headLength;

    public HttpConnection(IPEndPoint server, TimeSpan limit)
    {
        try
        {
            _socket.NoDelay = true;
            _socket.ReceiveTimeout = (int)limit.TotalMilliseconds;
            _socket.SendTimeout = (int)limit.TotalMilliseconds;
            _socket.Connect(server);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Status line and headers of the last response.</summary>
    public string Head => Encoding.ASCII.GetString(_buffer, 0, _headLength);

    /// <summary>One request and its whole response; the connection stays open.</summary>
    /// <returns>The status code.</returns>
    public int Get() => Exchange(Request).Status;

    /// <summary>Reads a body of that many bytes and throws it away.</summary>
    public void Stream(long bytes)
    {
        var (status, received) = Exchange(Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"GET /bytes/{bytes} HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n")));
        if (status != 200 || received != bytes)
        {
            throw new IOException($"asked for {bytes} bytes but got {received} with status {status}");
        }
    }

    public void Dispose() => _socket.Dispose();

    private (int Status, long Received) Exchange(byte[] request)
    {
        _socket.Send(request);
        var length = 0;
        int headEnd;
        do
        {
            var read = _socket.Receive(_buffer, length, _buffer.Length - length, SocketFlags.None);
            if (read == 0)
            {
                throw new IOException("the server closed before its response was complete");
            }

            length += read;
            headEnd = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        }
        while (headEnd < 0);

        _headLength = headEnd;
        var head = _buffer.AsSpan(0, headEnd + 2);
        var status = ((head[9] - '0') * 100) + ((head[10] - '0') * 10) + (head[11] - '0');
        var size = ContentLength(head);
        long received = length - headEnd - 4;
        while (received < size)
        {
            var read = _socket.Receive(_buffer);
            if (read == 0)
            {
                throw new IOException($"the server closed after {received} of {size} bytes");
            }

            received += read;
        }

        return (status, received);
    }

    private static long ContentLength(ReadOnlySpan<byte> head)
    {
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (line.Length > 15 && Ascii.EqualsIgnoreCase(line[..15], "content-length:"u8))
            {
                return long.Parse(Encoding.ASCII.GetString(line[15..]), CultureInfo.InvariantCulture);
            }
        }

        throw new IOException($"a response without Content-Length cannot be measured here: {Encoding.ASCII.GetString(head)}");
    }
}
