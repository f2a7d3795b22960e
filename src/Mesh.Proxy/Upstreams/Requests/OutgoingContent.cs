using System.Net;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// A request's body as the platform's HTTP client sees it: the caller's, or none, said out loud; lent once. By itself the client sends a request again whose connection turns out closed
/// (HTTP/1.1, where it has no content) or whose stream the far end did not take (HTTP/2, GOAWAY or REFUSED_STREAM, content or not). What was read of the caller's body by then would be
/// missing, and whether and where to send again is for the retry policy to say.
/// </summary>
/// <param name="body">The caller's body; <see langword="null"/>: none.</param>
/// <param name="isHttp2">Whether it goes over HTTP/2.</param>
internal sealed class OutgoingContent(RequestBody? body, bool isHttp2) : HttpContent
{
    // RFC 9113, section 7: what makes a client begin anew after content was begun.
    private const long RefusedStream = 7;

    private bool _isLent;

    /// <summary>Whether there is a body.</summary>
    public bool HasBody => body is not null;

    /// <summary>To be called before a head is written: with content that was lent already it would be the client's own second try.</summary>
    /// <exception cref="HttpProtocolException">It was lent: the far end has refused the stream.</exception>
    public void ThrowIfLent()
    {
        if (_isLent)
        {
            throw new HttpProtocolException(RefusedStream, "The far end did not take the stream.", innerException: null);
        }
    }

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ThrowIfLent();
        _isLent = true;
        // On HTTP/2 this token tells only that the stream has ended, and a copy that ended of it could hide why from the client, which waits for the answer at the same time.
        // A write ends with the stream; a read does when the attempt does.
        return body?.CopyToAsync(stream, isHttp2 ? CancellationToken.None : cancellationToken) ?? Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = body?.Length ?? 0;
        return body is null or { Length: not null };
    }
}
