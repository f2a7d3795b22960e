using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Timeout;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>Hands a request that may pass to the app, once, and its response back.</summary>
internal sealed class LocalForwarder(UpstreamKit kit)
{
    /// <summary>Forwards a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="admission">What serves it.</param>
    /// <param name="timeouts">The port's bounds for this caller.</param>
    /// <param name="notes">What an access log wants to know; <see langword="null"/>: nothing is logged.</param>
    /// <returns>What went wrong; <see langword="null"/>: nothing of the mesh's.</returns>
    public ValueTask<Failure?> ForwardAsync(HttpContext context, Admission admission, InboundTimeouts timeouts, HopNotes? notes)
    {
        var (port, pool, target) = admission;
        var application = port.Application!; // whose connections these are
        notes?.Sent(application.Address);
        return UpgradeForwarder.IsUpgrade(context)
            ? UpgradeAsync(context, port, timeouts, target, pool)
            : SendAsync(context, port, timeouts, application, target, pool, notes);
    }

    private async ValueTask<Failure?> UpgradeAsync(HttpContext context, ServedPort port, InboundTimeouts timeouts, RequestTarget target, HttpPool pool)
    {
        var error = await kit.Upgrades.ForwardAsync(context, target.ToString(), pool, timeouts.StreamIdle, speaksForMesh: false, context.RequestAborted);
        if (error is null || context.Response.HasStarted)
        {
            return null;
        }

        return context.RequestAborted.IsCancellationRequested ? new Failure(ProxyError.ClientClosed) : Broken(port, error);
    }

    private async ValueTask<Failure?> SendAsync(HttpContext context, ServedPort port, InboundTimeouts timeouts, LocalApplication application, RequestTarget target, HttpPool pool, HopNotes? notes)
    {
        var isGrpc = ErrorResponse.IsGrpc(context.Request);
        using var body = InvokerPath.HasBody(context) ? new RequestBody(context, keepLimit: 0) : null;
        var limit = isGrpc && !GrpcCall.HasDeadline(context.Request) ? null : timeouts.Request;
        using var clock = RequestClock.Start(limit, perTry: null, timeouts.StreamIdle, timeouts.Origin, isGrpc, kit.Time, context.RequestAborted);
        clock?.Body = body;
        var token = clock?.Token ?? context.RequestAborted;
        UpstreamResponse? response = null;
        try
        {
            var isHttp2 = port.Protocol.IsHttp2() || (port.Protocol == AppProtocol.Https && (isGrpc || application.NeedsHttp2));
            response = await HeadAsync(new OutgoingRequest { Context = context, Target = target.ToString(), Body = body, Pool = pool, IsHttp2 = isHttp2 }, application, token);
            clock?.Response = response;
            if (response.IsEventStream || isGrpc)
            {
                clock?.StopTotal();
            }

            response.CopyHeadTo(context.Response);
            // An app cannot speak for the mesh.
            context.Response.Headers.Remove(ErrorResponse.Header);
            await response.CopyBodyToAsync(context, token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException)
        {
            return Ended(context, clock, body) ?? Broken(port, e);
        }
        finally
        {
            if (body is not null)
            {
                response?.EndRequest();
                await body.StopAsync();
            }

            notes?.Moved(body?.Moved ?? 0, response?.Moved ?? 0);

            response?.Dispose();
        }
    }

    private async Task<UpstreamResponse> HeadAsync(OutgoingRequest request, LocalApplication application, CancellationToken cancellationToken)
    {
        try
        {
            return await kit.Path.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (!request.IsHttp2 && application.NeedsHttp2 && AttemptFailure.Of(e).Stage == AttemptStage.NotConnected)
        {
            // It came out just now, and nothing was sent.
            return await kit.Path.SendAsync(request with { IsHttp2 = true }, cancellationToken);
        }
    }

    private static Failure? Ended(HttpContext context, RequestClock? clock, RequestBody? body)
    {
        if (clock?.Failure is { } limit)
        {
            return limit;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return new Failure(ProxyError.ClientClosed);
        }

        return body?.CallerError is { } error ? new Failure(ProxyError.BadRequest, Detail: error.Message, Status: (error as BadHttpRequestException)?.StatusCode) : null;
    }

    private static Failure Broken(ServedPort port, Exception error)
    {
        var failed = AttemptFailure.Of(error);
        var policy = failed.Error == ProxyError.UpstreamOverflow ? port.GateOf(null)?.Policy : null; // what bounds connections is for everybody
        return new Failure(failed.Error, policy, $"{port.Callee}: {failed.Detail}");
    }
}
