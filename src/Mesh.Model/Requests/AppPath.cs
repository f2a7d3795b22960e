using System.Buffers;
using System.Text;

namespace Mesh.Model.Requests;

/// <summary>
/// The path as the app will see it: decoded once. What two readers could read differently is no path that a permission or a route can be trusted on, so it is refused
/// where one looks at paths; dot segments and backslashes, which no honest caller sends, everywhere.
/// </summary>
public static class AppPath
{
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        "\0\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f\ufffd");

    /// <summary>Decodes a path without its query, or says that it is ambiguous.</summary>
    /// <param name="raw">As the caller sent it.</param>
    /// <param name="isMatched">
    /// Whether permissions or routes look at paths. Then encoded slashes and backslashes are ambiguous too; and empty segments, for some apps merge slashes; and what is
    /// encoded twice, for some decode twice; and controls, and octets that are no UTF-8. Where nothing looks at paths they are the app's own, as without a mesh.
    /// </param>
    /// <param name="path">The decoded path; as it came where nothing looks at it.</param>
    public static bool TryRead(string raw, bool isMatched, out string path)
    {
        path = raw;
        if (raw.Contains('\\', StringComparison.Ordinal) || HasDotSegment(raw))
        {
            return false;
        }

        if (!isMatched)
        {
            return true;
        }

        var isEncoded = raw.Contains('%', StringComparison.Ordinal);
        var decoded = isEncoded ? Decode(raw) : raw;
        if (decoded is null
            || decoded.Contains("//", StringComparison.Ordinal)
            || (isEncoded && (decoded.AsSpan().ContainsAny(Controls) || IsEncodedStill(decoded) || HasDotSegment(decoded))))
        {
            return false;
        }

        path = decoded;
        return true;
    }

    // A path that goes up or stays where it is, also between slashes that are encoded: no client sends such a path, and what it means is nobody's to guess.
    private static bool HasDotSegment(string path)
    {
        var isEncoded = path.Contains('%', StringComparison.Ordinal);
        if (!isEncoded && !path.Contains("/.", StringComparison.Ordinal))
        {
            return false;
        }

        var plain = isEncoded
            ? path.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Replace("%2f", "/", StringComparison.OrdinalIgnoreCase).Replace("%5c", "/", StringComparison.OrdinalIgnoreCase)
            : path;
        foreach (var segment in plain.AsSpan().Split('/'))
        {
            // ";x" is a path parameter to some apps: "..;x" is a dot segment for them.
            var text = plain.AsSpan(segment);
            var semicolon = text.IndexOf(';');
            if ((semicolon < 0 ? text : text[..semicolon]) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A path as apps read it to which <c>;x</c> is a parameter of a segment and no part of its name; segments that are nothing else are none.</summary>
    public static string WithoutParameters(string path)
    {
        var plain = new StringBuilder(path.Length);
        var isWithin = false;
        foreach (var c in path)
        {
            isWithin = c != '/' && (isWithin || c == ';');
            if (!isWithin && (c != '/' || plain.Length == 0 || plain[^1] != '/'))
            {
                plain.Append(c);
            }
        }

        return plain.ToString();
    }

    private static bool IsEncodedStill(string decoded)
    {
        for (var at = decoded.IndexOf('%', StringComparison.Ordinal); at >= 0; at = decoded.IndexOf('%', at + 1))
        {
            if (at + 2 < decoded.Length && char.IsAsciiHexDigit(decoded[at + 1]) && char.IsAsciiHexDigit(decoded[at + 2]))
            {
                return true;
            }
        }

        return false;
    }

    // null: an encoded slash, which no longer could be told from a real one. RequestTarget has seen to it that two digits follow each percent sign.
    private static string? Decode(string raw)
    {
        const int onStack = 512;
        var most = Encoding.UTF8.GetMaxByteCount(raw.Length);
        var bytes = most <= onStack ? stackalloc byte[onStack] : new byte[most];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && byte.TryParse(raw.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
            {
                if (value is (byte)'/' or (byte)'\\' or 0)
                {
                    return null;
                }

                bytes[length++] = value;
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(raw.AsSpan(i, 1), bytes[length..]);
            }
        }

        return Encoding.UTF8.GetString(bytes[..length]);
    }
}
