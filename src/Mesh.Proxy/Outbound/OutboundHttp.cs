using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.Fault;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Policies.Timeout;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;
using Mesh.Proxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Proxy.Outbound;

/// <summary>Answers the app's requests at one loopback listener: finds the rule, does what it says.</summary>
internal sealed partial class OutboundHttp(
    OutboundListener listener, OutboundState state, OutboundForwarder forwarder, FaultInjector faults, HopName hop, ProxyMetrics metrics, TimeProvider time, ILogger<OutboundHttp> logger) : IExchangeHandler
{
    private readonly string _name = listener.Name;
    private readonly string _callee = listener.Upstream.ToString();

    /// <inheritdoc />
    public async Task HandleAsync(Exchange exchange)
    {
        var context = exchange.Context;
        var started = time.GetTimestamp();
        var record = new HopRecord(HopDirection.Outbound, hop.ServiceText, _callee, context.Request.Method, started);
        metrics.RequestStarted(HopDirection.Outbound);
        Failure? failure;
        CompiledAccessLogs? logs = null;
        try
        {
            var tables = state.Tables;
            logs = tables?.AccessLogs?.GetValueOrDefault(_name);
            var (rule, target, early) = Route(exchange, tables);
            record.Route = rule?.Rule.Name;
            record.Begin(context.Request.Headers, tables?.Telemetry?.GetValueOrDefault(_name));
            if (logs is not null)
            {
                record.Span = record.Span.With(new HopNotes());
            }

            if (record.Span.TraceParent is { } parent)
            {
                context.Request.Headers.TraceParent = parent;
            }

            failure = early;
            if (failure is null && faults.Board.Current is { } live && live.TryGetValue(_name, out var hits))
            {
                failure = await faults.InjectAsync(hits, context, target, _callee, record.Span);
            }

            failure ??= await ActAsync(exchange, tables!, rule!, target, started, record.Span);
        }
        catch (Exception e)
        {
            Log.Defect(logger, _callee, e);
            failure = new Failure(ProxyError.Internal);
        }

        var status = context.Response.StatusCode;
        if (failure is not null)
        {
            status = await AnswerAsync(context, failure);
        }

        record.Complete(metrics, time, status, failure?.Error);
        if (logs is not null && record.Span.Notes is not null)
        {
            logs.Write(record.Entry(context, time, status, failure?.Error, callerId: null));
        }
    }

    private (CompiledRule? Rule, RequestTarget Target, Failure? Failure) Route(Exchange exchange, OutboundTables? tables)
    {
        var context = exchange.Context;
        if (exchange.Connection.Verdict.Refusal is { } refusal)
        {
            return (null, default, new Failure(ProxyError.OutboundRefused, Detail: refusal));
        }

        if (tables is null || !tables.Routes.TryGetValue(_name, out var routes))
        {
            return (null, default, tables is null || tables.Listeners.ContainsKey(_name) ? new Failure(ProxyError.NoConfiguration) : RevokedEdge.Failure(hop, listener.Upstream, tables));
        }

        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (RequestRules.Check(context, raw, DownstreamLimits.Default) is { } bad)
        {
            return (null, default, bad);
        }

        if (!RequestTarget.TryParse(raw, out var target))
        {
            return (null, default, new Failure(ProxyError.BadRequest, Detail: "the request target is neither a path nor a URL of http"));
        }

        if (!AppPath.TryRead(target.Path, routes.HasPaths, out var path))
        {
            return (null, target, new Failure(ProxyError.AmbiguousPath, Detail: $"{target.Path} can be read in two ways"));
        }

        return routes.Find(context.Request, path) is { } rule
            ? (rule, target, null)
            : (null, target, new Failure(ProxyError.NoRoute, routes.Policy, $"no rule for {_callee} matches {context.Request.Method} {target.Path}"));
    }

    private async ValueTask<Failure?> ActAsync(Exchange exchange, OutboundTables tables, CompiledRule rule, RequestTarget target, long started, HopSpan span)
    {
        var context = exchange.Context;
        RouteEffects? effects = null;
        using var clock = RequestClock.Start(rule.Rule, context, time);
        if (rule.HasFilters)
        {
            (var isAnswered, var refusal, effects) = await forwarder.Filters.RunAsync(context, tables, rule, target, _callee, clock);
            if (isAnswered || refusal is not null)
            {
                return Told(refusal is null ? null : clock?.Failure ?? refusal, effects);
            }
        }

        return Told(await ActAsync(exchange, tables, rule, target, started, span, effects, clock), effects);
    }

    private static Failure? Told(Failure? failure, RouteEffects? effects) => failure is null || effects is null ? failure : effects.Tell(failure);

    private async ValueTask<Failure?> ActAsync(
        Exchange exchange, OutboundTables tables, CompiledRule rule, RequestTarget target, long started, HopSpan span, RouteEffects? effects, RequestClock? clock)
    {
        var context = exchange.Context;
        switch (rule.Rule.Action)
        {
            case RedirectAction redirect:
                context.Response.StatusCode = redirect.Status;
                context.Response.Headers.Location = Redirects.Location(redirect, exchange.Connection.IsSecure ? "https" : "http", context.Request.Host, target, rule.MatchedPrefix);
                context.Response.ContentLength = 0;
                HeaderEditor.Apply(rule.Rule.ResponseHeaders, context.Response.Headers);
                effects?.Apply(context.Response.Headers);
                await context.Response.CompleteAsync();
                return null;

            case DirectResponseAction direct:
                return new Failure(ProxyError.NoBackends, rule.Policy, direct.Reason, direct.Status);

            case ForwardAction forward:
                return await forwarder.ForwardAsync(context, tables, rule, forward, target, started, span, effects, clock);

            default:
                return new Failure(ProxyError.Internal);
        }
    }

    private async ValueTask<int> AnswerAsync(HttpContext context, Failure failure)
    {
        Log.Failed(logger, failure.Entry.Code, context.Request.Method, _callee, failure.Detail);
        if (failure.Error == ProxyError.ClientClosed)
        {
            return failure.Entry.Status;
        }

        FaultedBody.Detach(context);
        try
        {
            return await ErrorResponse.WriteAsync(context, failure, hop, toOutsider: false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller went away while it was told.
            return 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3300, LogLevel.Error, "A request to {Callee} met a defect of this proxy.", EventName = nameof(Defect))]
        public static partial void Defect(ILogger logger, string callee, Exception error);

        [LoggerMessage(3301, LogLevel.Debug, "{Code}: {Method} to {Callee}: {Detail}", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, string code, string method, string callee, string? detail);
    }
}
