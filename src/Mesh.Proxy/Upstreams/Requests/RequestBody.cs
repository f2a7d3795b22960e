using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// The caller's body on its way to an upstream: streamed, and its beginning kept as far as a retry may need it. One copy at a time; a retry begins with what was kept.
/// </summary>
internal sealed class RequestBody(HttpContext context, int keepLimit) : IDisposable
{
    // The longest that is sent without a way to end it: no window of HTTP/2 is smaller unless the far end wants it so (RFC 9113, section 6.9.2).
    private const long Unblocked = 16 * 1024;

    // The copy runs beside whoever waits for the answer. What both look at is volatile; all else is the copy's alone, and its successor's once it has ended.
    private readonly PipeReader _reader = context.Request.BodyReader;
    private readonly long? _length = context.Request.ContentLength;
    private byte[]? _kept;
    private int _keptLength;
    private long _moved;
    private volatile Beginning _beginning;
    private volatile bool _isAtEnd;
    private volatile bool _isStopped;
    private volatile CancellationTokenSource? _stop;
    private Task _copy = Task.CompletedTask;

    /// <summary>Who is shown it as it goes by; <see langword="null"/>: nobody.</summary>
    public IBodyTap? Tap { get; init; }

    /// <summary>Bytes, where the caller said so.</summary>
    public long? Length => _length;

    /// <summary>Whether it can be sent from its beginning; what a copy that runs may change unless <see cref="TryHold"/> does not let it.</summary>
    public bool CanBeSentAgain => _beginning != Beginning.Lost;

    /// <summary>What reading it from the caller failed with.</summary>
    public Exception? CallerError { get; private set; }

    /// <summary>Whether the caller has sent all of it.</summary>
    public bool IsAtEnd => _isAtEnd;

    /// <summary>Bytes that came from the caller so far, for idle checks.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Sends it, from its beginning.</summary>
    /// <exception cref="InvalidOperationException">A part of it is neither kept nor to be had from the caller again.</exception>
    public Task CopyToAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_beginning == Beginning.Lost)
        {
            throw new InvalidOperationException("The body cannot be sent from its beginning any more.");
        }

        _beginning = Beginning.Kept;
        var copy = CopyAsync(stream, cancellationToken);
        _copy = copy;
        return copy;
    }

    /// <summary>Sees to it that it can be sent from its beginning: the copy that runs takes no more from the caller than is kept. Until the next copy.</summary>
    /// <returns>Whether it can.</returns>
    public bool TryHold() => Interlocked.CompareExchange(ref _beginning, Beginning.Held, Beginning.Kept) != Beginning.Lost;

    /// <summary>
    /// Ends the copy that runs, so that the next attempt may begin or the request end. Nothing that came from the caller is lost by it but what was being written. A write to a connection
    /// of HTTP/1.1 has to be ended by the connection's end.
    /// </summary>
    public async ValueTask StopAsync()
    {
        if (_copy.IsCompleted)
        {
            return;
        }

        _isStopped = true;
        Interlocked.MemoryBarrier(); // the copy makes a source and then looks whether it is stopped: one of the two is seen
        try
        {
            _stop?.Cancel();
            _reader.CancelPendingRead();
            await _copy;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or HttpRequestException or InvalidOperationException or ObjectDisposedException)
        {
            // It was told to end; what it has to say about the caller is in CallerError.
        }

        _stop?.Dispose();
        _stop = null;
        _isStopped = false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Tap?.End(isWhole: false);
        _stop?.Dispose();
        if (_kept is not null)
        {
            ArrayPool<byte>.Shared.Return(_kept);
            _kept = null;
        }
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
    {
        var isFlushed = false;
        if (_keptLength > 0)
        {
            await stream.WriteAsync(_kept.AsMemory(0, _keptLength), EndOfWrites(cancellationToken));
            if (!_isAtEnd)
            {
                await stream.FlushAsync(cancellationToken);
            }
        }

        while (!_isAtEnd)
        {
            var next = ReadAsync(cancellationToken);
            if (!next.IsCompleted && !isFlushed && _length != 0)
            {
                // The head waits in the client's buffer; a caller that wants to hear something before it sends would wait with it. One that says there is no body is
                // believed once it has sent none: on HTTP/2 some may come all the same.
                isFlushed = true;
                await stream.FlushAsync(cancellationToken);
            }

            var result = await next;
            var buffer = result.Buffer;
            var consumed = buffer.Start; // more may have come together with the end: it is the next copy's
            try
            {
                if (result.IsCanceled && _isStopped)
                {
                    throw new OperationCanceledException("The request ended before its body.");
                }

                Keep(buffer);
                consumed = buffer.End;
                Volatile.Write(ref _moved, _moved + buffer.Length);
                Tap?.Show(buffer);
                if (result.IsCompleted && _length is null)
                {
                    CheckTrailers();
                }

                _isAtEnd = result.IsCompleted;
                if (_isAtEnd)
                {
                    Tap?.End(isWhole: true);
                }

                foreach (var segment in buffer)
                {
                    await stream.WriteAsync(segment, EndOfWrites(cancellationToken));
                }
            }
            finally
            {
                _reader.AdvanceTo(consumed);
            }

            if (!_isAtEnd && !buffer.IsEmpty)
            {
                await stream.FlushAsync(cancellationToken);
            }
        }
    }

    // On HTTP/2 a write may wait for a window that nobody opens, and nothing but its token ends that once the answer is complete.
    private CancellationToken EndOfWrites(CancellationToken ofCopy)
    {
        if (ofCopy.CanBeCanceled || _moved <= Unblocked)
        {
            return ofCopy;
        }

        var stop = _stop ??= new CancellationTokenSource();
        Interlocked.MemoryBarrier();
        return _isStopped ? new CancellationToken(canceled: true) : stop.Token;
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            CallerError = e;
            throw;
        }
    }

    // RFC 9110, section 6.5.1: nothing that frames, routes or authenticates may come late. The upstream has not been told yet that the body is whole.
    private void CheckTrailers()
    {
        if (context.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true } feature)
        {
            return;
        }

        foreach (var (name, values) in feature.Trailers)
        {
            if (!FieldText.IsName(name) || GuardedHeaders.Contains(name) || GuardedHeaders.IsImitatedBy(name) || values.Any(v => !FieldText.IsValue(v)))
            {
                CallerError = new BadHttpRequestException($"the trailer {name} may not come behind a body", StatusCodes.Status400BadRequest);
                throw CallerError;
            }
        }
    }

    private void Keep(ReadOnlySequence<byte> buffer)
    {
        if (_beginning == Beginning.Lost || buffer.IsEmpty)
        {
            return;
        }

        if (_keptLength + buffer.Length > keepLimit)
        {
            if (Interlocked.CompareExchange(ref _beginning, Beginning.Lost, Beginning.Kept) == Beginning.Held)
            {
                throw new OperationCanceledException("The body is sent from its beginning next.");
            }

            return;
        }

        var needed = _keptLength + (int)buffer.Length;
        if (_kept is null || _kept.Length < needed)
        {
            var wider = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(keepLimit, (int)Math.Min(_length ?? 4096, keepLimit))));
            if (_kept is not null)
            {
                _kept.AsSpan(0, _keptLength).CopyTo(wider);
                ArrayPool<byte>.Shared.Return(_kept);
            }

            _kept = wider;
        }

        buffer.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength = needed;
    }

    private enum Beginning
    {
        Kept,
        Held,
        Lost,
    }
}
