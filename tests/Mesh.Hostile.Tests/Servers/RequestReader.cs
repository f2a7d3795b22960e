using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mesh.Hostile.Tests.Servers;

/// <summary>
/// HTTP/1.1 as strictly as RFC 9112 has it, over octets that came so far: what a server writes to its backend has no excuse. Written for this, so that no parser under
/// test judges itself.
/// </summary>
internal sealed class RequestReader
{
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private string _text = "";

    /// <summary>Whether a head is there that asks to be told to send its body.</summary>
    public bool WaitsForGoOn => _text.EndsWith("\r\n\r\n", StringComparison.Ordinal) && _text.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds octets.</summary>
    public void Append(ReadOnlySpan<byte> octets) => _text += Encoding.Latin1.GetString(octets);

    /// <summary>Takes the next whole request.</summary>
    public SeenRequest? Take()
    {
        var end = _text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = _text[..end].Split("\r\n");
        var at = end + 4;
        var words = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(Header).ToList();
        var fault = FaultOf(words, lines, headers);
        if (Body(headers, ref at, ref fault) is not { } body)
        {
            return null;
        }

        _text = _text[at..];
        return new SeenRequest(words[0], words.Length > 1 ? words[1] : "", headers, body, fault);
    }

    private string? Body(List<KeyValuePair<string, string>> headers, ref int at, ref string? fault)
    {
        var lengths = Values(headers, "Content-Length");
        if (Values(headers, "Transfer-Encoding").Length > 0)
        {
            return Chunks(ref at, ref fault);
        }

        if (lengths.Length == 0)
        {
            return "";
        }

        if (!long.TryParse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            fault ??= $"Content-Length is {lengths[0]}";
            return "";
        }

        if (_text.Length < at + length)
        {
            return null;
        }

        at += (int)length;
        return _text.Substring(at - (int)length, (int)length);
    }

    private string? Chunks(ref int at, ref string? fault)
    {
        var body = new StringBuilder();
        while (true)
        {
            var end = _text.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0)
            {
                return null;
            }

            if (!long.TryParse(_text.AsSpan(at, end - at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
            {
                fault ??= $"a chunk's size is '{_text[at..end]}'";
                at = _text.Length;
                return body.ToString();
            }

            at = end + 2;
            if (size == 0)
            {
                return SkipTrailers(ref at) ? body.ToString() : null;
            }

            if (_text.Length < at + size + 2)
            {
                return null;
            }

            body.Append(_text, at, (int)size);
            at += (int)size + 2;
        }
    }

    private bool SkipTrailers(ref int at)
    {
        while (true)
        {
            var end = _text.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            var isLast = end == at;
            at = end + 2;
            if (isLast)
            {
                return true;
            }
        }
    }

    private static string? FaultOf(string[] words, string[] lines, List<KeyValuePair<string, string>> headers)
    {
        if (words.Length != 3 || words[2] is not ("HTTP/1.1" or "HTTP/1.0") || words[1].AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return $"the request line is '{lines[0]}'";
        }

        if (headers.FirstOrDefault(h => h.Key.Length == 0 || h.Key.AsSpan().ContainsAnyExcept(Token) || h.Value.AsSpan().ContainsAnyInRange('\0', '\x08') || h.Value.AsSpan().ContainsAnyInRange('\n', '\x1f')) is { Key: not null } bad)
        {
            return $"a header is '{bad.Key}: {bad.Value}'";
        }

        var hosts = Values(headers, "Host").Length;
        var lengths = Values(headers, "Content-Length");
        var codings = Values(headers, "Transfer-Encoding");
        return (hosts, lengths.Length, codings.Length) switch
        {
            ( > 1, _, _) => "several Hosts",
            (0, _, _) when words[2] == "HTTP/1.1" => "no Host",
            (_, > 1, _) => "several lengths",
            (_, > 0, > 0) => "a length and chunks",
            (_, _, > 0) when codings is not ["chunked"] => $"the transfer coding is {string.Join(" and ", codings)}",
            _ => null,
        };
    }

    private static string[] Values(List<KeyValuePair<string, string>> headers, string name) =>
        [.. headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value)];

    private static KeyValuePair<string, string> Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new(line, "") : new(line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
    }
}
