using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Where a caller's body of unknown length is written to that has trailers to come (RFC 9112, section 7.1). Only for those: the platform's client cannot send any.</summary>
internal sealed class ChunkedBody(Http1Connection connection, HttpContext context) : BodySink(connection)
{
    /// <summary>Whether a request announces trailers.</summary>
    public static bool IsAnnounced(HttpRequest request) => request.Headers.Trailer.Count > 0;

    /// <inheritdoc />
    public override async ValueTask<bool> CompleteAsync()
    {
        var outgoing = Connection.Outgoing;
        outgoing.Append("0\r\n"u8);
        if (context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true } trailers)
        {
            foreach (var (name, values) in trailers.Trailers)
            {
                if (IsForwarded(name))
                {
                    RequestHead.Write(outgoing, name, values);
                }
            }
        }

        outgoing.Append("\r\n"u8);
        await Connection.SendAsync();
        return true;
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return; // an empty chunk would be the end
        }

        Connection.Outgoing.Append(Encoding.ASCII.GetBytes(buffer.Length.ToString("X", CultureInfo.InvariantCulture)));
        Connection.Outgoing.Append("\r\n"u8);
        Connection.Outgoing.Append(buffer.Span);
        Connection.Outgoing.Append("\r\n"u8);
        await Connection.SendAsync();
    }

    // RFC 9110, section 6.5.1: nothing that frames, routes or authenticates may come late.
    private static bool IsForwarded(string name) =>
        !HopHeaders.Contains(name) && !GuardedHeaders.Contains(name) && !GuardedHeaders.IsImitatedBy(name);
}
