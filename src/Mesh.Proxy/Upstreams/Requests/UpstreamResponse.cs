using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>A response whose head has come.</summary>
internal abstract class UpstreamResponse : IDisposable
{
    private const int SmallRead = 4 * 1024;
    private const int BulkRead = 32 * 1024;

    /// <summary>The status.</summary>
    public abstract int Status { get; }

    /// <summary>Whether it is a stream that may last for ever: server-sent events.</summary>
    public bool IsEventStream => Header("Content-Type") is { } type && type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes that came so far, for idle checks.</summary>
    public long Moved { get; protected set; }

    /// <summary>The first value of a header, or <see langword="null"/>.</summary>
    public abstract string? Header(string name);

    /// <summary>The first value of a trailer, or <see langword="null"/>; known once the body was read to its end.</summary>
    public string? Trailer(string name)
    {
        foreach (var (trailer, values) in Trailers())
        {
            if (trailer.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return values.Count > 0 ? values[0] : null;
            }
        }

        return null;
    }

    /// <summary>Copies status and headers, those of this hop left out.</summary>
    public abstract void CopyHeadTo(HttpResponse response);

    /// <summary>Copies the body and the trailers, and ends the response.</summary>
    public abstract Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken);

    /// <summary>Nothing more is read of it: what still goes out of the request's body ends too, a write that waits for its reader with it.</summary>
    public virtual void EndRequest()
    {
    }

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>What came behind the body, known once it was read to its end.</summary>
    protected abstract IEnumerable<KeyValuePair<string, StringValues>> Trailers();

    /// <summary>Copies a body that is free of its framing, and the trailers.</summary>
    protected async Task CopyBodyAsync(HttpContext context, Stream body, CancellationToken cancellationToken)
    {
        var response = context.Response;
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>();
        var isChunkedByHand = trailers is null && Header("Trailer") is not null && context.Request.Protocol == "HTTP/1.1" && !HttpMethods.IsHead(context.Request.Method);
        if (isChunkedByHand)
        {
            // Kestrel writes no trailers on HTTP/1.1; with this header it leaves the framing to us.
            response.Headers.TransferEncoding = "chunked";
            response.Headers.ContentLength = null;
            await CopyChunkedAsync(body, response.BodyWriter, cancellationToken);
        }
        else
        {
            await CopyAsync(body, response.BodyWriter, response.ContentLength, cancellationToken);
            if (trailers is not null)
            {
                foreach (var (name, values) in Trailers())
                {
                    if (!HopHeaders.Contains(name))
                    {
                        trailers.Trailers[name] = values;
                    }
                }
            }
        }

        await response.CompleteAsync();
    }

    private async ValueTask CopyAsync(Stream body, PipeWriter writer, long? length, CancellationToken cancellationToken)
    {
        var size = SmallRead;
        var isHeadOut = length is <= SmallRead;
        var hasFlushed = false;
        while (true)
        {
            if (!isHeadOut)
            {
                // A stream's caller may wait for the head before it sends or does anything else.
                isHeadOut = true;
                var first = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
                if (!first.IsCompleted)
                {
                    hasFlushed = true;
                    await writer.FlushAsync(cancellationToken);
                }

                await first;
            }

            var memory = writer.GetMemory(size);
            var read = await body.ReadAsync(memory, cancellationToken);
            if (read == 0)
            {
                return;
            }

            writer.Advance(read);
            Moved += read;
            // A body in one piece goes out with the end of the response, in one write. Of others nobody may wait for what has come, and Kestrel does not send
            // by itself what is still unflushed when a response ends that has begun.
            if (Moved != length || hasFlushed)
            {
                hasFlushed = true;
                var flush = await writer.FlushAsync(cancellationToken);
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    throw new OperationCanceledException("The caller went away.");
                }
            }

            if (read >= size)
            {
                size = BulkRead;
            }
        }
    }

    private async ValueTask CopyChunkedAsync(Stream body, PipeWriter writer, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BulkRead);
        try
        {
            while (true)
            {
                var read = await body.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                {
                    break;
                }

                WriteChunk(writer, buffer.AsSpan(0, read));
                Moved += read;
                await writer.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var end = new StringBuilder("0\r\n");
        foreach (var (name, values) in Trailers())
        {
            foreach (var value in values)
            {
                end.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        Put(writer, Encoding.Latin1.GetBytes(end.Append("\r\n").ToString()));
        await writer.FlushAsync(cancellationToken);
    }

    private static void WriteChunk(PipeWriter writer, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[16];
        Utf8Formatter.TryFormat(data.Length, head, out var length, new StandardFormat('X'));
        "\r\n"u8.CopyTo(head[length..]);
        Put(writer, head[..(length + 2)]);
        Put(writer, data);
        Put(writer, "\r\n"u8);
    }

    // Kestrel's writer may offer an empty span where no size is asked for, which the extension method for this refuses.
    private static void Put(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }
}
