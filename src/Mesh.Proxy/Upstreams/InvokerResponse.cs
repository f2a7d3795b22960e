using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Upstreams;

/// <summary>A response of the platform's HTTP client.</summary>
internal sealed class InvokerResponse(HttpResponseMessage message) : UpstreamResponse
{
    private const int SmallRead = 4 * 1024;
    private const int BulkRead = 32 * 1024;

    /// <inheritdoc />
    public override int Status => (int)message.StatusCode;

    /// <inheritdoc />
    public override string? Header(string name)
    {
        if (message.Headers.NonValidated.TryGetValues(name, out var values) || message.Content.Headers.NonValidated.TryGetValues(name, out values))
        {
            foreach (var value in values)
            {
                return value;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public override void CopyHeadTo(HttpResponse response)
    {
        response.StatusCode = Status;
        var connection = message.Headers.NonValidated.TryGetValues("Connection", out var nominated) ? Values(nominated) : StringValues.Empty;
        Copy(message.Headers.NonValidated, connection, response.Headers);
        Copy(message.Content.Headers.NonValidated, connection, response.Headers);
    }

    /// <inheritdoc />
    public override async Task CopyBodyToAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var response = context.Response;
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>();
        var isChunkedByHand = trailers is null && Header("Trailer") is not null && context.Request.Protocol == "HTTP/1.1" && !HttpMethods.IsHead(context.Request.Method);
        if (isChunkedByHand)
        {
            // Kestrel writes no trailers on HTTP/1.1; with this header it leaves the framing to us.
            response.Headers.TransferEncoding = "chunked";
            response.Headers.ContentLength = null;
        }

        var body = await message.Content.ReadAsStreamAsync(cancellationToken);
        if (isChunkedByHand)
        {
            await CopyChunkedAsync(body, response.BodyWriter, cancellationToken);
        }
        else
        {
            await CopyAsync(body, response.BodyWriter, response.ContentLength, cancellationToken);
            if (response.HasStarted)
            {
                // Kestrel's end of a response that has started does not send what was written since the last flush.
                await response.BodyWriter.FlushAsync(cancellationToken);
            }

            if (trailers is not null)
            {
                Copy(message.TrailingHeaders.NonValidated, StringValues.Empty, trailers.Trailers);
            }
        }

        await response.CompleteAsync();
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        message.RequestMessage?.Dispose();
        message.Dispose();
    }

    private async ValueTask CopyAsync(Stream body, PipeWriter writer, long? length, CancellationToken cancellationToken)
    {
        var size = SmallRead;
        var isHeadOut = length is <= SmallRead;
        while (true)
        {
            if (!isHeadOut)
            {
                // A stream's caller may wait for the head before it sends or does anything else.
                isHeadOut = true;
                var first = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
                if (!first.IsCompleted)
                {
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
            // The last piece goes out with the end of the response, in one write. Until then nobody may wait for what has come.
            if (Moved != length)
            {
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
        foreach (var (name, values) in message.TrailingHeaders.NonValidated)
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

    private static void Copy(HttpHeadersNonValidated from, StringValues connection, IHeaderDictionary to)
    {
        foreach (var (name, values) in from)
        {
            if (!HopHeaders.Contains(name) && (connection.Count == 0 || !HopHeaders.IsNominated(connection, name)))
            {
                to[name] = Values(values);
            }
        }
    }

    private static StringValues Values(HeaderStringValues values) => values.Count == 1 ? values.ToString() : values.ToArray();
}
