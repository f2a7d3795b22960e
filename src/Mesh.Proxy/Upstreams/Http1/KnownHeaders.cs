using System.Text;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Names of header fields that apps send, so that they are strings already, spelt as everybody spells them.</summary>
internal static class KnownHeaders
{
    private static readonly string[][] ByLength = Arrange(
        "Accept-Ranges", "Access-Control-Allow-Origin", "Age", "Allow", "Alt-Svc", "Cache-Control", "Connection", "Content-Disposition", "Content-Encoding",
        "Content-Language", "Content-Length", "Content-Range", "Content-Security-Policy", "Content-Type", "Date", "ETag", "Expires", "Keep-Alive", "Last-Modified",
        "Link", "Location", "Pragma", "Proxy-Connection", "Retry-After", "Server", "Set-Cookie", "Strict-Transport-Security", "Trailer", "Transfer-Encoding",
        "Upgrade", "Vary", "Via", "WWW-Authenticate", "X-Content-Type-Options", "X-Frame-Options", "X-Powered-By", "X-Request-Id");

    /// <summary>A name as a string; known ones in their usual spelling, others as they came.</summary>
    public static string Name(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < ByLength.Length)
        {
            foreach (var candidate in ByLength[octets.Length])
            {
                if (Ascii.EqualsIgnoreCase(octets, candidate))
                {
                    return candidate;
                }
            }
        }

        return Encoding.ASCII.GetString(octets);
    }

    private static string[][] Arrange(params string[] names)
    {
        var arranged = new string[names.Max(name => name.Length) + 1][];
        for (var length = 0; length < arranged.Length; length++)
        {
            arranged[length] = [.. names.Where(name => name.Length == length)];
        }

        return arranged;
    }
}
