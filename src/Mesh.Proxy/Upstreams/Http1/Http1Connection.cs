using System.Net.Sockets;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>One connection that takes requests one after the other.</summary>
internal sealed class Http1Connection(UpstreamConnection connection) : IDisposable
{
    private const int SmallestBuffer = 4 * 1024;

    // As MaxResponseHeadersLength of the platform's client in this proxy.
    private const int LargestHead = 128 * 1024;

    private readonly Stream _stream = connection.Stream;
    private byte[] _buffer = new byte[SmallestBuffer];
    private int _start;
    private int _end;
    private int _isAborted;

    /// <summary>The last head that came on it.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>What goes out next.</summary>
    public RequestBuffer Outgoing { get; } = new();

    /// <summary>Whether it has carried a request before: then the far end may have closed it in the meantime.</summary>
    public bool IsReused { get; set; }

    /// <summary>Whether any octet came since <see cref="BeginExchange"/>.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Since when nobody uses it, as a timestamp of the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Since when it has been used, likewise; 0 before the end of its first exchange.</summary>
    public long Since { get; set; }

    /// <summary>Whether an idle connection can take a request. One on which something came unasked, be it the end, cannot.</summary>
    public bool IsQuiet()
    {
        try
        {
            return Volatile.Read(ref _isAborted) == 0 && _start == _end && !connection.Socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Ends it at once; what is under way on it fails. Safe from any thread.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            connection.Socket.Dispose();
        }
    }

    /// <summary>The next request begins.</summary>
    public void BeginExchange()
    {
        HasAnswered = false;
        Outgoing.Clear();
    }

    /// <summary>Sends what is in <see cref="Outgoing"/>.</summary>
    public async ValueTask SendAsync()
    {
        await _stream.WriteAsync(Outgoing.Written);
        Outgoing.Clear();
    }

    /// <summary>Sends octets of a body.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> octets) => _stream.WriteAsync(octets);

    /// <summary>Waits for the head of the response, past interim ones.</summary>
    /// <exception cref="HttpRequestException">What came is no response.</exception>
    /// <exception cref="IOException">The connection ended before.</exception>
    public async ValueTask ReadHeadAsync()
    {
        while (true)
        {
            int length;
            while ((length = ResponseHead.FindEnd(_buffer.AsSpan(_start, _end - _start))) < 0)
            {
                if (!await FillAsync(LargestHead))
                {
                    throw new HttpIOException(HttpRequestError.ResponseEnded, _start == _end ? "The upstream closed the connection before it answered." : "The upstream closed the connection within the head of its response.");
                }
            }

            Head.Read(_buffer.AsSpan(_start, length));
            _start += length;
            if (Head.Status >= 200)
            {
                return;
            }

            if (Head.Status == 101)
            {
                throw new HttpRequestException(HttpRequestError.InvalidResponse, "The upstream switched protocols although nobody asked for it.");
            }
        }
    }

    /// <summary>Reads octets of a body.</summary>
    /// <returns>How many; 0: the connection has ended.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> into)
    {
        if (_start < _end)
        {
            return ValueTask.FromResult(TakeBuffered(into));
        }

        // A small chunk is read together with the line that follows it.
        return into.Length < SmallestBuffer / 2 ? FillAndTakeAsync(into) : _stream.ReadAsync(into);
    }

    /// <summary>Waits until octets are there, or the end of the connection.</summary>
    public async ValueTask WaitForOctetsAsync()
    {
        if (_start == _end)
        {
            await FillAsync(SmallestBuffer);
        }
    }

    /// <summary>Takes a line out of what came, without its end.</summary>
    /// <param name="limit">Longest line.</param>
    /// <param name="line">Valid until the next read.</param>
    /// <returns>Whether a whole line is there.</returns>
    public bool TryReadLine(int limit, out ReadOnlySpan<byte> line)
    {
        var received = _buffer.AsSpan(_start, _end - _start);
        var at = received.IndexOf((byte)'\n');
        if (at < 0)
        {
            line = default;
            return received.Length <= limit ? false : throw new HttpRequestException(HttpRequestError.InvalidResponse, "A line of the upstream's chunked body is too long.");
        }

        line = received[..at];
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        _start += at + 1;
        return true;
    }

    /// <summary>Reads more behind what is there.</summary>
    /// <param name="limit">Most octets to hold.</param>
    /// <returns>Whether something came; if not, the connection has ended.</returns>
    public async ValueTask<bool> FillAsync(int limit)
    {
        MakeRoom(limit);
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end));
        _end += read;
        HasAnswered |= read > 0;
        return read > 0;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Abort();
        _stream.Dispose();
    }

    private async ValueTask<int> FillAndTakeAsync(Memory<byte> into) => await FillAsync(_buffer.Length) ? TakeBuffered(into) : 0;

    private int TakeBuffered(Memory<byte> into)
    {
        var taken = Math.Min(_end - _start, into.Length);
        _buffer.AsSpan(_start, taken).CopyTo(into.Span);
        _start += taken;
        return taken;
    }

    private void MakeRoom(int limit)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        var held = _end - _start;
        if (held >= limit)
        {
            throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, $"The head of the upstream's response has more than {limit} bytes.");
        }

        var target = held > _buffer.Length / 2 ? new byte[Math.Min(limit, _buffer.Length * 2)] : _buffer;
        _buffer.AsSpan(_start, held).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = held;
    }
}
