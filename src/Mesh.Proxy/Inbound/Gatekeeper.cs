using Mesh.Model.Requests;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Inbound;

/// <summary>Asks the permissions before a request or connection goes to the app.</summary>
internal sealed partial class Gatekeeper(ProxyMetrics metrics, TimeProvider time, ILogger<Gatekeeper> logger)
{
    /// <summary>Decides on a request, and reads its target for the way on.</summary>
    /// <param name="exchange">The request; while it runs it keeps what was decided on.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="caller">The caller's SPIFFE id; <see langword="null"/>: somebody without one, who may pass.</param>
    /// <param name="callerName">The caller as metrics write it.</param>
    /// <param name="isFrontDoor">Whether through a front door.</param>
    /// <param name="target">The target.</param>
    /// <returns>Why it is refused; <see langword="null"/>: it is not.</returns>
    public Failure? Admit(Exchange exchange, ServedPort port, string? caller, string callerName, bool isFrontDoor, out RequestTarget target)
    {
        var context = exchange.Context;
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (RequestRules.Check(context, raw, DownstreamLimits.Default) is { } bad)
        {
            target = default;
            return bad;
        }

        if (!RequestTarget.TryParse(raw, out target))
        {
            return new Failure(ProxyError.BadRequest, Detail: "the request target is neither a path nor a URL of http");
        }

        if (!AppPath.TryRead(target.Path, port.HasPaths, out var path))
        {
            return new Failure(ProxyError.AmbiguousPath, Detail: $"{target.Path} can be read in two ways");
        }

        var facts = new RequestFacts(context.Request.Method, path, caller, port.Port.Port, isFrontDoor);
        exchange.Facts = facts;
        if (caller is null)
        {
            return null;
        }

        var decision = port.Permissions.Decide(caller, facts.Method, path);
        if (decision.IsAllowed)
        {
            if (decision.IsShadowDenied)
            {
                NoteShadow(port, caller, callerName, decision);
            }

            return null;
        }

        Log.Denied(logger, caller, facts.Method, path, port.Callee, decision.Origin ?? "no rule allows it");
        return Denied(caller, $"{facts.Method} {path}", port, decision);
    }

    /// <summary>Takes a request's share of what may come in.</summary>
    /// <param name="exchange">The request, which may pass.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="callerName">The caller as metrics write it.</param>
    /// <returns>Why it is refused; <see langword="null"/>: it is not.</returns>
    public Failure? Limit(Exchange exchange, ServedPort port, string callerName)
    {
        if (port.Limits is not { } limits || exchange.Facts is not { } facts || limits.Take(facts.Caller, exchange.Context, facts.Path, out var limit) is not { } refused)
        {
            return null;
        }

        NoteLimited(port, callerName, limit!.Refusals, limit.Policy);
        return refused;
    }

    /// <summary>Takes a connection's share of what may come in.</summary>
    /// <returns>Whether there is one left.</returns>
    public bool Limit(ServedPort port, string? caller, string callerName)
    {
        if (port.Limits?.Take(caller) is not { } refused)
        {
            return true;
        }

        NoteLimited(port, callerName, refused.Refusals, refused.Limit.Origin.ToString());
        return false;
    }

    /// <summary>Decides on a connection without requests.</summary>
    public bool Admit(ServedPort port, string caller, string callerName)
    {
        var decision = port.Permissions.Decide(caller);
        if (!decision.IsAllowed)
        {
            Log.ConnectionDenied(logger, caller, port.Callee, decision.Origin ?? "no rule allows it");
        }
        else if (decision.IsShadowDenied)
        {
            NoteShadow(port, caller, callerName, decision);
        }

        return decision.IsAllowed;
    }

    private void NoteLimited(ServedPort port, string callerName, RefusalCount refusals, string policy)
    {
        metrics.RateLimited(callerName, port.Callee);
        if (refusals.Add(time) is > 0 and var count)
        {
            Log.Limited(logger, count, port.Callee, callerName, policy);
        }
    }

    private void NoteShadow(ServedPort port, string caller, string callerName, PermissionDecision decision)
    {
        metrics.ShadowDenied(callerName, port.Callee);
        Log.ShadowDenied(logger, caller, port.Callee, decision.Origin!);
    }

    private static Failure Denied(string caller, string what, ServedPort port, PermissionDecision decision) =>
        new(ProxyError.PermissionDenied, decision.Origin, $"{caller} may not {what} on {port.Callee}{(decision.Origin is null ? ", for no rule allows it" : "")}");

    private static partial class Log
    {
        [LoggerMessage(3200, LogLevel.Information, "{Caller} was denied {Method} {Path} on {Callee}: {Origin}.", EventName = nameof(Denied))]
        public static partial void Denied(ILogger logger, string caller, string method, string path, string callee, string origin);

        [LoggerMessage(3201, LogLevel.Information, "{Caller} was denied a connection to {Callee}: {Origin}.", EventName = nameof(ConnectionDenied))]
        public static partial void ConnectionDenied(ILogger logger, string caller, string callee, string origin);

        [LoggerMessage(3202, LogLevel.Information, "{Caller} passed to {Callee} but would be denied by {Origin} once its rehearsal is over.", EventName = nameof(ShadowDenied))]
        public static partial void ShadowDenied(ILogger logger, string caller, string callee, string origin);

        [LoggerMessage(3215, LogLevel.Information, "{Count} calls of {Callee} were refused, the last one of {Caller}: {Policy} lets no more in. More of them are counted for ten seconds before this is said again.", EventName = nameof(Limited))]
        public static partial void Limited(ILogger logger, long count, string callee, string caller, string policy);
    }
}
