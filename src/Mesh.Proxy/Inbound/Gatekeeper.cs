using Mesh.Model.Requests;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.RateLimit;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Inbound;

/// <summary>Asks the permissions before a request or connection goes to the app.</summary>
internal sealed partial class Gatekeeper(ProxyMetrics metrics, TimeProvider time, ILogger<Gatekeeper> logger)
{
    private const string Nobody = "Somebody without an identity";

    /// <summary>Reads what a request is for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="target">The target, for the way on.</param>
    /// <param name="path">The path that the app sees.</param>
    /// <returns>Why it is refused; <see langword="null"/>: it is not.</returns>
    public static Failure? Read(HttpContext context, ServedPort port, out RequestTarget target, out string path)
    {
        target = default;
        path = "";
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (RequestRules.Check(context, raw, DownstreamLimits.Default) is { } bad)
        {
            return bad;
        }

        if (!RequestTarget.TryParse(raw, out target))
        {
            return new Failure(ProxyError.BadRequest, Detail: "the request target is neither a path nor a URL of http");
        }

        return AppPath.TryRead(target.Path, port.HasPaths, out path) ? null : new Failure(ProxyError.AmbiguousPath, Detail: $"{target.Path} can be read in two ways");
    }

    /// <summary>Finds and verifies the token of a request to a port that takes any.</summary>
    /// <param name="context">The request.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="tokens">What judges the port's tokens.</param>
    /// <param name="caller">The caller's SPIFFE id; <see langword="null"/>: somebody without one.</param>
    /// <param name="query">The request's query.</param>
    /// <returns>The token, and why the request is refused; <see langword="null"/>: it is not.</returns>
    public async ValueTask<(TokenVerdict Verdict, Failure? Refusal)> VerifyAsync(HttpContext context, ServedPort port, TokenGate tokens, string? caller, string query)
    {
        var verdict = await tokens.JudgeAsync(context.Request.Headers, query, context.RequestAborted);
        if (verdict.Failure is not { } failure)
        {
            return (verdict, null);
        }

        Log.TokenRefused(logger, caller ?? Nobody, port.Callee, failure.Word(), verdict.Provider ?? "no provider");
        var error = failure == TokenFailure.KeysUnavailable ? ProxyError.TokenKeysUnavailable : ProxyError.TokenInvalid;
        return (verdict, new Failure(error, verdict.Provider is null ? null : $"TrafficPermission {verdict.Provider}", $"{failure.Sentence()} ({failure.Word()})"));
    }

    /// <summary>Decides on a request.</summary>
    /// <param name="exchange">The request; while it runs it keeps what was decided on.</param>
    /// <param name="port">The port that is called.</param>
    /// <param name="facts">What is known of the request.</param>
    /// <param name="callerName">The caller as metrics write it.</param>
    /// <returns>Why it is refused; <see langword="null"/>: it is not.</returns>
    public Failure? Admit(Exchange exchange, ServedPort port, RequestFacts facts, string callerName)
    {
        exchange.Facts = facts;
        var decision = port.Decide(facts);
        if (decision.IsAllowed)
        {
            if (decision.IsShadowDenied)
            {
                NoteShadow(port, facts.Caller, callerName, decision);
            }

            return null;
        }

        Log.Denied(logger, facts.Caller ?? Nobody, facts.Method, facts.Path, port.Callee, Reason(decision));
        return new Failure(
            decision.NeedsToken ? ProxyError.TokenRequired : ProxyError.PermissionDenied,
            decision.Origin ?? (facts.Caller is null ? port.Permissive : null),
            $"{facts.Caller ?? Nobody} may not {facts.Method} {facts.Path} on {port.Callee}{(decision.NeedsToken ? " without a token" : decision.Origin is null ? ", for no rule allows it" : "")}");
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
    public bool Admit(ServedPort port, string? caller, string callerName)
    {
        var decision = port.Decide(caller);
        if (!decision.IsAllowed)
        {
            Log.ConnectionDenied(logger, caller ?? Nobody, port.Callee, Reason(decision));
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

    private void NoteShadow(ServedPort port, string? caller, string callerName, PermissionDecision decision)
    {
        metrics.ShadowDenied(callerName, port.Callee, decision.Rule!.Policy);
        Log.ShadowDenied(logger, caller ?? Nobody, port.Callee, decision.Origin!);
    }

    private static string Reason(PermissionDecision decision) => decision.Origin ?? (decision.NeedsToken ? "no rule allows it without a token" : "no rule allows it");

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

        [LoggerMessage(3211, LogLevel.Information, "The token with a request of {Caller} to {Callee} was refused: {Failure}, {Provider}.", EventName = nameof(TokenRefused))]
        public static partial void TokenRefused(ILogger logger, string caller, string callee, string failure, string provider);
    }
}
