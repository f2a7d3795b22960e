using System.Text;

namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>
/// The path as the app will see it: decoded once. What two readers could read differently, encoded slashes, backslashes, dot segments and NUL, is no path a
/// permission can be trusted on, so it is refused.
/// </summary>
internal static class PermissionPath
{
    /// <summary>Decodes a path without its query, or says that it is ambiguous.</summary>
    /// <param name="raw">As the caller sent it.</param>
    /// <param name="isStrict">Whether empty segments are ambiguous too: where permissions look at paths, for some apps merge slashes.</param>
    /// <param name="path">The decoded path.</param>
    public static bool TryRead(string raw, bool isStrict, out string path)
    {
        path = raw;
        var decoded = raw.Contains('%', StringComparison.Ordinal) ? Decode(raw) : raw;
        if (decoded is null || decoded.AsSpan().ContainsAny('\\', '\0') || (isStrict && decoded.Contains("//", StringComparison.Ordinal)))
        {
            return false;
        }

        if (decoded.Contains("/.", StringComparison.Ordinal) && HasDotSegment(decoded))
        {
            return false;
        }

        path = decoded;
        return true;
    }

    private static bool HasDotSegment(string path)
    {
        foreach (var segment in path.AsSpan().Split('/'))
        {
            // ";x" is a path parameter to some apps: "..;x" is a dot segment for them.
            var text = path.AsSpan(segment);
            var semicolon = text.IndexOf(';');
            if ((semicolon < 0 ? text : text[..semicolon]) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }

    // null: an encoded slash, which no longer could be told from a real one.
    private static string? Decode(string raw)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(raw.Length)];
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
                length += Encoding.UTF8.GetBytes(raw, i, 1, bytes, length);
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
