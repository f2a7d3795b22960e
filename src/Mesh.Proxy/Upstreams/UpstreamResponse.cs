namespace Mesh.Proxy.Upstreams;

/// <summary>A response whose head has come.</summary>
internal abstract class UpstreamResponse : IDisposable
{
    /// <summary>The status.</summary>
    public abstract int Status { get; }

    /// <summary>Whether it is a stream that may last for ever: server-sent events.</summary>
    public bool IsEventStream => Header("Content-Type") is { } type && type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes that came so far, for idle checks.</summary>
    public long Moved { get; protected set; }

    /// <summary>The first value of a header, or <see langword="null"/>.</summary>
    public abstract string? Header(string name);

    /// <summary>Copies status and headers, those of this hop left out.</summary>
    public abstract void CopyHeadTo(HttpResponse response);

    /// <summary>Copies the body and the trailers, and ends the response.</summary>
    public abstract Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken);

    /// <inheritdoc />
    public abstract void Dispose();
}
