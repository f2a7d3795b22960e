using System.Buffers;
using System.IO.Pipelines;
using Mesh.Proxy.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>The body of a response that a fault slows down or cuts: takes the place of the server's own for this one request.</summary>
internal sealed class FaultedBody(HttpContext context, IHttpResponseBodyFeature inner, ResponseFlow flow, HopName hop) : PipeWriter, IHttpResponseBodyFeature
{
    private readonly ArrayBufferWriter<byte> _held = new();
    private bool _isMarked;

    private IHttpResponseBodyFeature Inner => inner;

    /// <inheritdoc />
    Stream IHttpResponseBodyFeature.Stream => AsStream();

    /// <inheritdoc />
    PipeWriter IHttpResponseBodyFeature.Writer => this;

    /// <summary>Puts one in place.</summary>
    public static void Attach(HttpContext context, ResponseFlow flow, HopName hop)
    {
        var inner = context.Features.Get<IHttpResponseBodyFeature>()!;
        context.Features.Set<IHttpResponseBodyFeature>(new FaultedBody(context, inner, flow, hop));
    }

    /// <summary>Takes it away again: what the mesh itself answers is no response of the service's.</summary>
    public static void Detach(HttpContext context)
    {
        if (context.Features.Get<IHttpResponseBodyFeature>() is FaultedBody faulted)
        {
            context.Features.Set(faulted.Inner);
        }
    }

    /// <inheritdoc />
    public override void Advance(int bytes) => _held.Advance(bytes);

    /// <inheritdoc />
    public override Memory<byte> GetMemory(int sizeHint = 0) => _held.GetMemory(sizeHint);

    /// <inheritdoc />
    public override Span<byte> GetSpan(int sizeHint = 0) => _held.GetSpan(sizeHint);

    /// <inheritdoc />
    public override void CancelPendingFlush() => inner.Writer.CancelPendingFlush();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => inner.Writer.Complete(exception);

    /// <inheritdoc />
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Mark();
        var result = default(FlushResult);
        var sent = 0;
        while (sent < _held.WrittenCount)
        {
            int next;
            try
            {
                next = await flow.AdmitAsync(_held.WrittenCount - sent, cancellationToken);
            }
            catch (FaultInjectedException)
            {
                // The caller is to see the head and what came before.
                await inner.Writer.FlushAsync(cancellationToken);
                await flow.LingerAsync();
                throw;
            }

            // Kestrel's writer may offer an empty span where no size is asked for, which the extension method for this refuses.
            _held.WrittenSpan.Slice(sent, next).CopyTo(inner.Writer.GetSpan(next));
            inner.Writer.Advance(next);
            sent += next;
            result = await inner.Writer.FlushAsync(cancellationToken);
            if (result.IsCompleted || result.IsCanceled)
            {
                break;
            }
        }

        _held.ResetWrittenCount();
        return sent == 0 ? await inner.Writer.FlushAsync(cancellationToken) : result;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Mark();
        return inner.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task CompleteAsync()
    {
        if (_held.WrittenCount > 0)
        {
            await FlushAsync(context.RequestAborted);
        }

        await inner.CompleteAsync();
    }

    /// <inheritdoc />
    public void DisableBuffering() => inner.DisableBuffering();

    /// <inheritdoc />
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException("A proxy sends no files.");

    // What is going to be cut says so at its head. One whose length is not known may turn out to be shorter than the cut.
    private void Mark()
    {
        if (!_isMarked && flow.CutAfter is { } cut && !context.Response.HasStarted && !(context.Response.ContentLength <= cut))
        {
            context.Response.Headers[ErrorResponse.Header] = ErrorResponse.HeaderValue(flow.Failure, hop);
        }

        _isMarked = true;
    }
}
