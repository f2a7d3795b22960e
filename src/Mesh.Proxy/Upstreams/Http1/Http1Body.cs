using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>The body of a response, freed of its framing (RFC 9112, sections 6 and 7).</summary>
internal sealed class Http1Body : Stream
{
    // A chunk's size with its extensions, or a trailer; the platform's client has the same order of limit.
    private const int LongestLine = 16 * 1024;
    private const int MostTrailers = 100;

    private readonly Http1Connection _connection;
    private readonly bool _isChunked;
    private readonly bool _endsWithConnection;
    private List<KeyValuePair<string, StringValues>>? _trailers;
    private long _left;
    private bool _isWithinChunks;
    private Expected _expected;

    public Http1Body(Http1Connection connection, bool isHead)
    {
        _connection = connection;
        var head = connection.Head;
        if (isHead || head.Status is 204 or 304)
        {
            IsComplete = true;
            return;
        }

        _isChunked = head.IsChunked;
        _endsWithConnection = !_isChunked && head.ContentLength is null;
        _left = head.ContentLength ?? 0;
        IsComplete = !_isChunked && !_endsWithConnection && _left == 0;
    }

    /// <summary>Whether all of it was read and the connection stands before its next response.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the end of the connection is the end of the body: then it carries nothing more.</summary>
    public bool EndsWithConnection => _endsWithConnection;

    /// <summary>What came behind the last chunk.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Trailers => _trailers ?? (IReadOnlyList<KeyValuePair<string, StringValues>>)[];

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsComplete)
        {
            return 0;
        }

        if (buffer.IsEmpty)
        {
            // Waits until there is something to read, as streams of the platform do.
            await _connection.WaitForOctetsAsync();
            return 0;
        }

        if (_isChunked && _left == 0 && !await BeginChunkAsync())
        {
            IsComplete = true;
            return 0;
        }

        if (!_endsWithConnection && buffer.Length > _left)
        {
            buffer = buffer[..(int)_left];
        }

        var read = await _connection.ReadAsync(buffer);
        if (_endsWithConnection)
        {
            IsComplete = read == 0;
            return read;
        }

        if (read == 0)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The upstream closed the connection within the body of its response.");
        }

        _left -= read;
        IsComplete = !_isChunked && _left == 0;
        return read;
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <summary>Reads up to the data of the next chunk.</summary>
    /// <returns>Whether there is one; if not, the trailers were read too.</returns>
    private async ValueTask<bool> BeginChunkAsync()
    {
        _expected = _isWithinChunks ? Expected.DataEnd : Expected.Size;
        _isWithinChunks = true;
        while (true)
        {
            while (_connection.TryReadLine(LongestLine, out var line))
            {
                if (!NeedsAnother(line))
                {
                    return _left > 0;
                }
            }

            if (!await _connection.FillAsync(2 * LongestLine))
            {
                throw new HttpIOException(HttpRequestError.ResponseEnded, "The upstream closed the connection within the body of its response.");
            }
        }
    }

    private bool NeedsAnother(ReadOnlySpan<byte> line)
    {
        switch (_expected)
        {
            case Expected.DataEnd:
                _expected = line.IsEmpty ? Expected.Size : throw Invalid("a chunk is longer than it said");
                return true;

            case Expected.Size:
                _left = ChunkSize(line);
                _expected = Expected.Trailer;
                return _left == 0;

            default:
                if (line.IsEmpty)
                {
                    return false;
                }

                Add(ResponseHead.ReadTrailer(line));
                return true;
        }
    }

    private void Add((string Name, string Value) trailer)
    {
        _trailers ??= [];
        if (_trailers.Count == MostTrailers)
        {
            throw Invalid("too many trailers");
        }

        _trailers.Add(new(trailer.Name, trailer.Value));
    }

    private static long ChunkSize(ReadOnlySpan<byte> line)
    {
        // chunk-size [ chunk-ext ]; extensions are for this hop and are left out.
        if (!Utf8Parser.TryParse(line, out long size, out var digits, 'x') || digits > 15 || size < 0
            || (digits < line.Length && line[digits] is not ((byte)';' or (byte)' ' or (byte)'\t')))
        {
            throw Invalid($"a chunk's size is '{Encoding.Latin1.GetString(line[..Math.Min(line.Length, 32)])}'");
        }

        return size;
    }

    private static HttpRequestException Invalid(string what) => new(HttpRequestError.InvalidResponse, $"The upstream's chunked body is not one: {what}.");

    private enum Expected
    {
        DataEnd,
        Size,
        Trailer,
    }
}
