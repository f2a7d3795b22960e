using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Policies.Timeout;

/// <summary>Ends a request when its caller goes away or a limit is reached, and remembers which it was.</summary>
internal sealed class RequestClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeProvider _time;
    private ITimer? _total;
    private ITimer? _try;
    private ITimer? _idle;
    private Func<long>? _moved;
    private long _lastMoved = -1;
    private ProxyError? _reached;

    private RequestClock(TimeProvider time, CancellationToken caller)
    {
        _time = time;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
    }

    /// <summary>Cancelled when the request has to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The limit that was reached; <see langword="null"/>: none.</summary>
    public ProxyError? Reached => _reached;

    /// <summary>A clock, where there is anything to watch; <see langword="null"/>: the caller's token does.</summary>
    /// <param name="request">Limit for the whole request; <see langword="null"/>: none.</param>
    /// <param name="perTry">Limit for one attempt until its response begins; <see langword="null"/>: none.</param>
    /// <param name="idle">Limit for silence; <see langword="null"/>: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">Cancelled when the caller goes away.</param>
    /// <param name="isStream">Asked when the limit for the whole request is reached; <see langword="true"/>: it is a stream, which has none. <see langword="null"/>: it is none.</param>
    public static RequestClock? Start(TimeSpan? request, TimeSpan? perTry, TimeSpan? idle, TimeProvider time, CancellationToken caller, Func<bool>? isStream = null)
    {
        if (request is null && perTry is null && idle is null)
        {
            return null;
        }

        var clock = new RequestClock(time, caller);
        if (request is { } limit)
        {
            clock._total = time.CreateTimer(
                _ =>
                {
                    if (isStream?.Invoke() != true)
                    {
                        clock.Reach(ProxyError.RequestTimeout);
                    }
                },
                null,
                limit,
                System.Threading.Timeout.InfiniteTimeSpan);
        }

        return clock;
    }

    /// <summary>Ends the limit for the whole request: it turned out to be a stream.</summary>
    public void StopTotal() => Drop(ref _total);

    /// <summary>Ends the limit for the attempt: its response has begun.</summary>
    public void StopTry() => Drop(ref _try);

    /// <summary>Begins the limit for an attempt. Its end cancels the token given back, not the request.</summary>
    public CancellationTokenSource StartTry(TimeSpan limit)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Drop(ref _try);
        _try = _time.CreateTimer(static state => Cancel((CancellationTokenSource)state!), source, limit, System.Threading.Timeout.InfiniteTimeSpan);
        return source;
    }

    /// <summary>Ends the request once nothing has moved for so long. Looked at four times in that span, so it comes up to a quarter late.</summary>
    /// <param name="limit">How long.</param>
    /// <param name="moved">Bytes that have moved either way.</param>
    public void WatchIdle(TimeSpan limit, Func<long> moved)
    {
        _moved = moved;
        var quarter = limit / 4;
        var quiet = 0;
        _idle = _time.CreateTimer(
            _ =>
            {
                var now = _moved();
                quiet = now == _lastMoved ? quiet + 1 : 0;
                _lastMoved = now;
                if (quiet >= 4)
                {
                    Reach(ProxyError.StreamIdle);
                }
            },
            null,
            quarter,
            quarter);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Drop(ref _total);
        Drop(ref _try);
        Drop(ref _idle);
        _source.Dispose();
    }

    private void Reach(ProxyError error)
    {
        _reached ??= error;
        Cancel(_source);
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended at the same moment.
        }
    }

    private static void Drop(ref ITimer? timer)
    {
        timer?.Dispose();
        timer = null;
    }
}
