using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Policies.OutlierDetection;
using Mesh.Proxy.Policies.Retry;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Policies.Timeout;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;
using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Outbound;

/// <summary>One request on its way to a replica of its backend, with its attempts and limits.</summary>
internal sealed class OutboundCall : IDisposable
{
    /// <summary>Bytes of a body that are kept for a retry. Default: 64 KiB; a longer body is not sent again once it was begun.</summary>
    internal const int KeepLimit = 64 * 1024;

    private const string GrpcStatus = "grpc-status";

    private readonly OutboundForwarder _forwarder;
    private readonly HttpContext _context;
    private readonly RouteRule _rule;
    private readonly WeightedCluster _backend;
    private readonly OutboundCluster _cluster;
    private readonly string _target;
    private readonly Affinity _affinity;
    private readonly HopSpan _span;
    private readonly RouteEffects? _effects;
    private readonly bool _isGrpc;
    private readonly RequestBody? _body;
    private readonly RequestClock? _clock;
    private readonly CancellationToken _token;
    private readonly RetryHeaders? _retryHeaders;
    private readonly int _retries;
    private bool _isRetry;
    private TimeSpan? _asked;

    public OutboundCall(
        OutboundForwarder forwarder, HttpContext context, CompiledRule rule, WeightedCluster backend, OutboundCluster cluster, string target, Affinity affinity, HopSpan span, RouteEffects? effects, RequestClock? clock)
    {
        _forwarder = forwarder;
        _context = context;
        _rule = rule.Rule;
        _retryHeaders = rule.RetryHeaders;
        _retries = _retryHeaders?.Allows(context.Request) == false ? 0 : _rule.Retry.Attempts;
        _backend = backend;
        _cluster = cluster;
        _target = target;
        _affinity = affinity;
        _span = span;
        _effects = effects;
        _isGrpc = ErrorResponse.IsGrpc(context.Request);
        _body = InvokerPath.HasBody(context)
            ? new RequestBody(context, _retries > 0 ? KeepLimit : 0) { Tap = effects?.Tap }
            : null;
        _clock = clock;
        _clock?.Body = _body;
        _token = _clock?.Token ?? context.RequestAborted;
    }

    /// <summary>Sends it until an attempt's response is the caller's.</summary>
    /// <returns>What went wrong; <see langword="null"/>: nothing of the mesh's.</returns>
    public async ValueTask<Failure?> RunAsync()
    {
        var settings = _rule.Retry;
        ImmutableArray<UpstreamReplica> tried = [];
        for (var attempt = 1; ; attempt++)
        {
            var svid = _cluster.IsMesh ? _forwarder.Kit.Identity.Current : null;
            if (_cluster.IsMesh && svid is null)
            {
                return new Failure(ProxyError.IdentityUnavailable);
            }

            if (((attempt == 1 ? _cluster.Of(_effects?.Session) : null) ?? _cluster.Pick(tried, _affinity.Hash)) is not { } replica)
            {
                return new Failure(ProxyError.NoEndpoints, Detail: $"{_cluster.Cluster.Name} has no replica that is ready");
            }

            var (failure, again) = await AttemptAsync(replica, svid, isLast: attempt > _retries);
            if (again is null)
            {
                Describe(replica, attempt);
                return failure;
            }

            _forwarder.Metrics.Retried(_cluster.Cluster.Name, again);
            tried = tried.Add(replica);
            if (!await PauseAsync(settings, attempt))
            {
                return Ended() ?? failure ?? new Failure(ProxyError.ClientClosed);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        EndRetry();
        _body?.Dispose();
    }

    private void Describe(UpstreamReplica replica, int attempt)
    {
        if (_span.IsRecorded)
        {
            _span.Set("mesh.replica", replica.Name);
            if (attempt > 1)
            {
                _span.Set("http.request.resend_count", attempt - 1);
            }
        }
    }

    private async ValueTask<(Failure? Failure, string? Again)> AttemptAsync(UpstreamReplica replica, WorkloadSvid? svid, bool isLast)
    {
        var inFlight = replica.Enter();
        var started = _cluster.Started();
        var pool = _cluster.Pool(replica, svid);
        _span.Notes?.Sent(replica.Address);
        UpstreamResponse? response = null;
        try
        {
            try
            {
                response = await HeadAsync(pool, IsHttp2(replica, inFlight));
            }
            catch (Exception e) when (IsExpected(e))
            {
                _cluster.NoteTaken(replica, started, isAnswer: false);
                if (_body is not null)
                {
                    // What it takes from the caller by its end decides as well.
                    await _body.StopAsync();
                }

                return Judge(e, replica, isLast);
            }

            _clock?.Response = response;
            _cluster.NoteTaken(replica, started, isAnswer: true);
            NoteState(replica, response);
            Report(replica, response);
            return !isLast && ReasonFor(response) is { } reason ? (null, reason) : (await CopyAndReportAsync(replica, response), null);
        }
        finally
        {
            if (_body is not null)
            {
                response?.EndRequest();
                await _body.StopAsync();
            }

            _span.Notes?.Moved(_body?.Moved ?? 0, response?.Moved ?? 0);
            response?.Dispose();
            pool.Leave();
            replica.Leave();
        }
    }

    private void NoteState(UpstreamReplica replica, UpstreamResponse response)
    {
        if (RetryDecision.IsAbsent(response))
        {
            _cluster.NoteUnreachable(replica);
        }
        else
        {
            replica.NoteReached();
        }
    }

    private async ValueTask<UpstreamResponse> HeadAsync(HttpPool pool, bool isHttp2)
    {
        var request = new OutgoingRequest { Context = _context, Target = _target, Body = _body, Pool = pool, IsHttp2 = isHttp2 };
        if (_rule.Retry.PerTryTimeout is not { } limit || _clock is null)
        {
            return await _forwarder.Kit.Path.SendAsync(request, _token);
        }

        using var attempt = _clock.StartTry(limit);
        try
        {
            return await _forwarder.Kit.Path.SendAsync(request, attempt.Token);
        }
        finally
        {
            _clock.StopTry();
        }
    }

    private (Failure? Failure, string? Again) Judge(Exception error, UpstreamReplica replica, bool isLast)
    {
        if (Ended() is { } ended)
        {
            if (ended.Error == ProxyError.RequestTimeout)
            {
                _cluster.Outliers?.Report(replica, AttemptOutcome.LocalFailure);
            }

            return (ended, null);
        }

        var failed = error is OperationCanceledException && _rule.Retry.PerTryTimeout is { } limit
            ? new AttemptFailure(ProxyError.PerTryTimeout, AttemptStage.MaybeProcessed, $"no response within {limit.TotalSeconds:0.###} s")
            : AttemptFailure.Of(error);
        if (failed.Error == ProxyError.UpstreamOverflow)
        {
            return (new Failure(failed.Error, _cluster.Breaker?.Policy, failed.Detail), null);
        }

        _cluster.Outliers?.Report(replica, AttemptOutcome.LocalFailure);
        if (failed.Stage == AttemptStage.NotConnected)
        {
            _cluster.NoteUnreachable(replica);
        }

        var policy = failed.Error == ProxyError.PerTryTimeout ? PolicyName(_rule.Retry.Origin) : null;
        var failure = new Failure(failed.Error, policy, $"{_cluster.Cluster.Name}, {replica.Name}: {failed.Detail}");
        var reason = isLast || _body is { CanBeSentAgain: false } ? null : RetryDecision.For(_rule.Retry, failed, _context.Request.Method);
        return (failure, reason is not null && TryBeginRetry() ? reason : null);
    }

    // Why to send it again, with everything seen to that this needs. The body is held last: the answer is the caller's unless it is sure that another comes.
    private string? ReasonFor(UpstreamResponse response)
    {
        if (_body is { CanBeSentAgain: false } || Condition(response) is not { } reason || !TryBeginRetry())
        {
            return null;
        }

        if (_body?.TryHold() != false)
        {
            return reason;
        }

        EndRetry();
        return null;
    }

    private string? Condition(UpstreamResponse response)
    {
        var reason = RetryDecision.For(_rule.Retry, response, _context.Request.Method, _isGrpc)
            ?? (_retryHeaders?.Means(response) == true && RetryDecision.IsIdempotent(_rule.Retry, _context.Request.Method) ? "retriable-headers" : null);
        _asked = reason is not null && _rule.Retry.RateLimited is { } limited ? BackOff.Asked(limited, response, _forwarder.Kit.Time.GetUtcNow()) : null;
        return reason;
    }

    private bool TryBeginRetry()
    {
        EndRetry();
        if (_cluster.Breaker is not { } breaker)
        {
            return _cluster.Budget.TrySpend();
        }

        if (!breaker.Retries.TryEnter())
        {
            return false;
        }

        _isRetry = true;
        if (_cluster.Budget.TrySpend())
        {
            return true;
        }

        EndRetry();
        return false;
    }

    private void EndRetry()
    {
        if (_isRetry)
        {
            _isRetry = false;
            _cluster.Breaker!.Retries.Leave();
        }
    }

    // A gRPC call ends well only in its trailers, so what its head does not say is known later.
    private void Report(UpstreamReplica replica, UpstreamResponse response)
    {
        if (_cluster.Outliers is { } outliers && (!_isGrpc || response.Status != 200 || response.Header(GrpcStatus) is not null))
        {
            outliers.Report(replica, _isGrpc && response.Status == 200 ? AttemptOutcomes.OfGrpc(response.Header(GrpcStatus)) : AttemptOutcomes.Of(response));
        }
    }

    private async ValueTask<Failure?> CopyAndReportAsync(UpstreamReplica replica, UpstreamResponse response)
    {
        var failure = await CopyAsync(response, replica);
        if (_isGrpc && _cluster.Outliers is { } outliers && response.Status == 200 && response.Header(GrpcStatus) is null)
        {
            if (failure is null)
            {
                outliers.Report(replica, AttemptOutcomes.OfGrpc(response.Trailer(GrpcStatus)));
            }
            else if (failure.Error == ProxyError.UpstreamReset)
            {
                outliers.Report(replica, AttemptOutcome.LocalFailure);
            }
        }

        return failure;
    }

    private async ValueTask<Failure?> CopyAsync(UpstreamResponse response, UpstreamReplica replica)
    {
        if (response.IsEventStream || _isGrpc)
        {
            _clock?.StopTotal();
        }

        var head = _context.Response;
        response.CopyHeadTo(head);
        if (!_cluster.IsMesh)
        {
            head.Headers.Remove(ErrorResponse.Header);
        }

        if (_affinity.SetCookie is { } cookie)
        {
            head.Headers.Append("Set-Cookie", cookie);
        }

        HeaderEditor.Apply(_backend.ResponseHeaders, head.Headers);
        HeaderEditor.Apply(_rule.ResponseHeaders, head.Headers);
        _effects?.Apply(head.Headers, _cluster.Cluster.Name, replica.Name);
        try
        {
            await response.CopyBodyToAsync(_context, _token);
            return null;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return (e as FaultInjectedException)?.Failure ?? Ended() ?? new Failure(ProxyError.UpstreamReset, Detail: $"{_cluster.Cluster.Name}: the response broke off: {AttemptFailure.Of(e).Detail}");
        }
    }

    private bool IsHttp2(UpstreamReplica replica, int inFlight)
    {
        var cluster = _cluster.Cluster;
        if (_cluster.IsMesh && !_isGrpc && cluster.Protocol == AppProtocol.Http && ChunkedBody.IsAnnounced(_context.Request))
        {
            return false; // only HTTP/1.1 takes the caller's trailers along
        }

        return _cluster.IsMesh
            ? replica.IsHttp2(cluster.Wire, inFlight, _isGrpc || cluster.Protocol == AppProtocol.Grpc, _body is null ? 0 : _body.Length)
            : cluster.Protocol.IsHttp2() || _isGrpc;
    }

    private async ValueTask<bool> PauseAsync(RetrySettings settings, int attempt)
    {
        var pause = _asked ?? BackOff.Pause(settings, attempt, _forwarder.State.Draw);
        _asked = null;
        try
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _forwarder.Kit.Time, _token);
            }

            return !_token.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Why the request ended from this side, where it did.
    private Failure? Ended()
    {
        if (_clock?.Failure is { } limit)
        {
            return limit;
        }

        if (_context.RequestAborted.IsCancellationRequested)
        {
            return new Failure(ProxyError.ClientClosed);
        }

        return _body?.CallerError is { } error ? new Failure(ProxyError.BadRequest, Detail: error.Message, Status: (error as BadHttpRequestException)?.StatusCode) : null;
    }

    private static bool IsExpected(Exception error) => error is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException;

    private static string? PolicyName(Model.Origin origin) => origin == Model.Origin.Default ? null : origin.ToString();
}
