using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Writes the head of a request as it goes on: the caller's, without what belongs to the caller's connection.</summary>
internal static class RequestHead
{
    private static readonly SearchValues<char> EndsLine = SearchValues.Create("\r\n\0");

    /// <summary>Whether a target can stand in a request line as it is.</summary>
    public static bool IsWritable(string target) => target.Length > 0 && !target.AsSpan().ContainsAnyInRange('\0', ' ') && !target.AsSpan().ContainsAnyExceptInRange('\0', 'ÿ');

    /// <summary>Writes it.</summary>
    public static void Write(RequestBuffer buffer, in OutgoingRequest request)
    {
        var incoming = request.Context.Request;
        buffer.Append(incoming.Method);
        buffer.Append(" "u8);
        buffer.Append(request.Target);
        buffer.Append(" HTTP/1.1\r\n"u8);
        var connection = incoming.Headers.Connection;
        foreach (var (name, values) in incoming.Headers)
        {
            // HTTP/2's pseudo headers come as headers that no header of HTTP/1.1 can be. The length is that of the body that goes out.
            if (HopHeaders.Contains(name) || HopHeaders.IsReserved(name) || name[0] == ':' || (connection.Count > 0 && HopHeaders.IsNominated(connection, name))
                || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            Write(buffer, name, values);
        }

        if (HopHeaders.WantsTrailers(incoming.Headers.TE))
        {
            buffer.Append("TE: trailers\r\n"u8);
        }

        if (request.Body?.Length is { } length)
        {
            Write(buffer, length);
        }
        else if (request.Body is not null)
        {
            buffer.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (incoming.ContentLength is not null || incoming.Method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE"))
        {
            // RFC 9110, section 8.6: no body, said out loud where one could be expected.
            Write(buffer, 0);
        }

        buffer.Append("\r\n"u8);
    }

    private static void Write(RequestBuffer buffer, long length)
    {
        buffer.Append("Content-Length: "u8);
        buffer.Append(length);
        buffer.Append("\r\n"u8);
    }

    /// <summary>Writes a header or trailer.</summary>
    public static void Write(RequestBuffer buffer, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            WriteLine(buffer, name, values.ToString());
        }
        else if (values.Count > 1)
        {
            // RFC 9113, section 8.2.3: what HTTP/2 took apart goes on in one piece; and so does any other list (RFC 9110, section 5.3).
            WriteLine(buffer, name, string.Join(name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ", values.ToArray()));
        }
    }

    private static void WriteLine(RequestBuffer buffer, string name, string value)
    {
        // Kestrel lets none through and policies are validated; a header that ends a line would be a request of somebody else's making, so it is asked again.
        if (name.AsSpan().ContainsAny(EndsLine) || value.AsSpan().ContainsAny(EndsLine))
        {
            throw new InvalidOperationException($"The header '{name}' holds a line end and cannot be sent.");
        }

        buffer.Append(name);
        buffer.Append(": "u8);
        buffer.Append(value);
        buffer.Append("\r\n"u8);
    }
}
