using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>
/// The head of a response (RFC 9112), read strictly. It lives as long as its connection: what an upstream says again is not turned into strings again.
/// </summary>
internal sealed class ResponseHead
{
    /// <summary>Fields of one head. Default: 256; SocketsHttpHandler has no limit of its own, callers' heads have 100.</summary>
    internal const int MaxFields = 256;

    // RFC 9110, section 5.6.2
    private static readonly SearchValues<byte> TokenOctets = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // RFC 9110, section 5.5: everything but controls, tab among the allowed.
    private static readonly SearchValues<byte> ControlOctets = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private readonly List<HeaderField> _fields = [];
    private byte[] _bytes = [];
    private int _remembered;

    /// <summary>The status code.</summary>
    public int Status { get; private set; }

    /// <summary>Whether the far end may take another request on this connection.</summary>
    public bool IsPersistent { get; private set; }

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>What Content-Length says; <see langword="null"/>: nothing.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>How many fields there are.</summary>
    public int Count => _fields.Count;

    /// <summary>A field's name and value.</summary>
    public (string Name, string Value) this[int index] => (_fields[index].Name, _fields[index].Value);

    /// <summary>The first value under a name, or <see langword="null"/>.</summary>
    public string? Find(string name)
    {
        for (var index = 0; index < _fields.Count; index++)
        {
            if (_fields[index].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return _fields[index].Value;
            }
        }

        return null;
    }

    /// <summary>Where a head ends.</summary>
    /// <returns>Its length with the empty line; -1: it has not come in full.</returns>
    public static int FindEnd(ReadOnlySpan<byte> received)
    {
        var at = 0;
        while (received[at..].IndexOf((byte)'\n') is var next and >= 0)
        {
            at += next + 1;
            var rest = received[at..];
            if (rest.StartsWith("\r\n"u8))
            {
                return at + 2;
            }

            if (rest.StartsWith("\n"u8))
            {
                return at + 1;
            }
        }

        return -1;
    }

    /// <summary>Reads a head.</summary>
    /// <param name="head">What <see cref="FindEnd"/> found.</param>
    /// <exception cref="HttpRequestException">It is not one.</exception>
    public void Read(ReadOnlySpan<byte> head)
    {
        ContentLength = null;
        IsChunked = false;
        var lineEnd = head.IndexOf((byte)'\n');
        ReadStatusLine(TrimLineEnd(head[..(lineEnd + 1)]));
        ReadFields(head, lineEnd + 1);
        Remember(head);
        Interpret();
    }

    private void ReadStatusLine(ReadOnlySpan<byte> line)
    {
        // HTTP-version SP status-code [ SP reason-phrase ]
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100 || (line.Length > 12 && line[12] != ' '))
        {
            throw Invalid($"the status line is '{Show(line)}'");
        }

        Status = status;
        IsPersistent = line[7] == '1';
    }

    private void ReadFields(ReadOnlySpan<byte> head, int at)
    {
        var count = 0;
        while (true)
        {
            var length = head[at..].IndexOf((byte)'\n') + 1;
            var line = TrimLineEnd(head.Slice(at, length));
            if (line.IsEmpty)
            {
                // What is left belongs to a longer head from before; its octets are about to be overwritten.
                _fields.RemoveRange(count, _fields.Count - count);
                return;
            }

            if (count == MaxFields)
            {
                throw Invalid($"more than {MaxFields} header fields");
            }

            if (count == _fields.Count)
            {
                _fields.Add(ReadField(line, at));
            }
            else if (!IsAsBefore(_fields[count], line, at))
            {
                _fields[count] = ReadField(line, at);
            }

            count++;
            at += length;
        }
    }

    // The same octets at the same place as in the last head: the same field.
    private bool IsAsBefore(HeaderField field, ReadOnlySpan<byte> line, int at) =>
        field.Start == at && field.Length == line.Length && at + line.Length <= _remembered && line.SequenceEqual(_bytes.AsSpan(at, line.Length));

    /// <summary>Reads a line behind the last chunk.</summary>
    /// <exception cref="HttpRequestException">It is no header line.</exception>
    public static (string Name, string Value) ReadTrailer(ReadOnlySpan<byte> line)
    {
        var field = ReadField(line, 0);
        return (field.Name, field.Value);
    }

    private static HeaderField ReadField(ReadOnlySpan<byte> line, int at)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw Invalid($"a header line is '{Show(line)}'");
        }

        // RFC 9112, section 5.1: a proxy takes white space in front of the colon away; a folded line begins with it and is refused below.
        var name = line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyExcept(TokenOctets))
        {
            throw Invalid($"a header name is '{Show(line[..colon])}'");
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (value.ContainsAny(ControlOctets))
        {
            throw Invalid($"the header '{Show(name)}' holds a control character");
        }

        return new HeaderField(at, line.Length, KnownHeaders.Name(name), Encoding.Latin1.GetString(value));
    }

    private void Interpret()
    {
        for (var index = 0; index < _fields.Count; index++)
        {
            var field = _fields[index];
            switch (field.Name)
            {
                case "Content-Length":
                    ReadContentLength(field.Value);
                    break;

                case "Transfer-Encoding":
                    if (IsChunked || !field.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                    {
                        throw Invalid($"the transfer encoding is '{field.Value}', which nobody asked for");
                    }

                    IsChunked = true;
                    break;

                case "Connection":
                    IsPersistent &= !HopHeaders.IsNominated(field.Value, "close");
                    break;
            }
        }

        if (IsChunked && ContentLength is not null)
        {
            // RFC 9112, section 6.3: chunks count, and the connection is suspect.
            ContentLength = null;
            IsPersistent = false;
        }
    }

    private void ReadContentLength(string value)
    {
        if (value.Length == 0 || value.AsSpan().ContainsAnyExceptInRange('0', '9') || !long.TryParse(value, out var length)
            || (ContentLength is { } before && before != length))
        {
            throw Invalid($"Content-Length is '{value}'");
        }

        ContentLength = length;
    }

    private void Remember(ReadOnlySpan<byte> head)
    {
        if (_bytes.Length < head.Length)
        {
            _bytes = new byte[head.Length];
        }

        head.CopyTo(_bytes);
        _remembered = head.Length;
    }

    private static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> line) => line.EndsWith("\r\n"u8) ? line[..^2] : line[..^1];

    private static string Show(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets[..Math.Min(octets.Length, 64)]);

    private static HttpRequestException Invalid(string what) => new(HttpRequestError.InvalidResponse, $"The upstream's response is not HTTP/1.1: {what}.");

    private readonly record struct HeaderField(int Start, int Length, string Name, string Value);
}
