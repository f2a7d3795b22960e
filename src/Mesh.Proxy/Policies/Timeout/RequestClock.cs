using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Timeout;

/// <summary>Ends a request when its caller goes away or a limit is reached, and remembers which it was.</summary>
internal sealed class RequestClock : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeProvider _time;
    private readonly Origin _origin;
    private ITimer? _total;
    private ITimer? _try;
    private IdleWatch? _idle;
    private ProxyError? _reached;

    private RequestClock(Origin origin, TimeProvider time, CancellationToken caller)
    {
        _origin = origin;
        _time = time;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
    }

    /// <summary>Cancelled when the request has to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The limit that was reached, with its policy; <see langword="null"/>: none.</summary>
    public Failure? Failure => _reached is { } limit ? new Failure(limit, _origin == Origin.Default ? null : _origin.ToString()) : null;

    /// <summary>Bytes of the request's body that were looked at before it went on.</summary>
    public long Peeked { get; set; }

    /// <summary>The request's body on its way; <see langword="null"/>: not yet, or it has none.</summary>
    public RequestBody? Body { get; set; }

    /// <summary>The response; <see langword="null"/>: it has not begun.</summary>
    public UpstreamResponse? Response { get; set; }

    // The head of a response is something too.
    private long Moved => Peeked + (Body?.Moved ?? 0) + (Response is { } response ? response.Moved + 1 : 0);

    /// <summary>The clock of a request that goes out by a rule, where there is anything to watch; <see langword="null"/>: the caller's token does.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="context">The request.</param>
    /// <param name="time">The clock.</param>
    public static RequestClock? Start(RouteRule rule, HttpContext context, TimeProvider time)
    {
        var timeouts = rule.Timeouts;
        if ((timeouts is { Request: null, GrpcRequest: null, StreamIdle: null } && rule.Retry.PerTryTimeout is null) || UpgradeForwarder.IsUpgrade(context))
        {
            return null;
        }

        var isGrpc = ErrorResponse.IsGrpc(context.Request);
        var limit = isGrpc ? GrpcCall.Limit(context.Request, timeouts) : timeouts.Request;
        return Start(limit, rule.Retry.PerTryTimeout, timeouts.StreamIdle, timeouts.Origin, isGrpc, time, context.RequestAborted);
    }

    /// <summary>A clock, where there is anything to watch; <see langword="null"/>: the caller's token does.</summary>
    /// <param name="request">Limit for the whole request; <see langword="null"/>: none.</param>
    /// <param name="perTry">Limit for one attempt until its response begins; <see langword="null"/>: none.</param>
    /// <param name="idle">Limit for silence, from now on; <see langword="null"/>: none.</param>
    /// <param name="origin">The policy that says so.</param>
    /// <param name="isGrpc">Whether it may turn out to be a stream, which has no limit for the whole request: one whose caller still sends when the limit is reached.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">Cancelled when the caller goes away.</param>
    public static RequestClock? Start(TimeSpan? request, TimeSpan? perTry, TimeSpan? idle, Origin origin, bool isGrpc, TimeProvider time, CancellationToken caller)
    {
        if (request is null && perTry is null && idle is null)
        {
            return null;
        }

        var clock = new RequestClock(origin, time, caller);
        if (request is { } limit)
        {
            clock._total = time.CreateTimer(
                _ =>
                {
                    if (!isGrpc || clock.Body is not { IsAtEnd: false })
                    {
                        clock.Reach(ProxyError.RequestTimeout);
                    }
                },
                null,
                limit,
                System.Threading.Timeout.InfiniteTimeSpan);
        }

        if (idle is { } silence)
        {
            clock._idle = new IdleWatch(silence, () => clock.Moved, () => clock.Reach(ProxyError.StreamIdle), time);
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

    /// <inheritdoc />
    public void Dispose()
    {
        Drop(ref _total);
        Drop(ref _try);
        _idle?.Dispose();
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
