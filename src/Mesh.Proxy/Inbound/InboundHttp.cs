using Mesh.Model.Identity;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.TrafficPermission.Tokens;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.Recording;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>What both kinds of doors do with a request: judge it, hand it to the app, count it.</summary>
internal abstract partial class InboundHttp(
    LocalForwarder forwarder, Gatekeeper gatekeeper, SpiffeId self, HopName hop, ProxyMetrics metrics, TrafficRecorder recorder, TimeProvider time, ILogger logger) : IExchangeHandler
{
    /// <summary>Which door.</summary>
    protected abstract HopDirection Direction { get; }

    /// <inheritdoc />
    public async Task HandleAsync(Exchange exchange)
    {
        var context = exchange.Context;
        var port = Find(exchange.Connection.Port);
        var callee = port?.Callee ?? "unknown";
        var record = new HopRecord(Direction, "unknown", callee, context.Request.Method, time.GetTimestamp());
        metrics.RequestStarted(Direction);
        Failure? failure;
        string? callerId = null;
        try
        {
            record.IsProbe = Direction == HopDirection.Inbound && ProbeMark.IsOn(context);
            if (!record.IsProbe)
            {
                record.Begin(context.Request.Headers, port?.Telemetry, !HopTracing.IsProbe(context.Request.Headers.TraceParent, context.Request.Path.Value));
            }

            if (port?.AccessLogs is not null)
            {
                record.Span = record.Span.With(new HopNotes());
            }

            if (record.Span.TraceParent is { } parent)
            {
                context.Request.Headers.TraceParent = parent;
            }

            if (port is null)
            {
                failure = NotServed(exchange);
            }
            else
            {
                var (caller, refusal) = Identify(exchange, port);
                var label = caller is null ? null : LabelOf(exchange.Connection, caller);
                record.Caller = label?.Name ?? "unknown";
                callerId = label?.Id.Text;
                failure = refusal ?? await AdmitAsync(exchange, port, label, record.Caller, record.Span.Notes);
            }
        }
        catch (Exception e)
        {
            Log.Defect(logger, callee, e);
            failure = new Failure(ProxyError.Internal);
        }

        var status = context.Response.StatusCode;
        if (failure is not null)
        {
            // Who comes to a permissive port is on the way into the mesh, and is told as those are that are in it.
            status = await AnswerAsync(context, failure, callee, toOutsider: Direction == HopDirection.FrontDoor && port?.Permissive is null);
        }

        record.Complete(metrics, time, status, failure?.Error);
        if (recorder.Current is { } recording && !record.IsProbe)
        {
            Seen.Request(recording, exchange, callerId, status, failure, record.Elapsed(time));
        }

        if (record.Span.Notes is not null)
        {
            port!.AccessLogs!.Write(record.Entry(context, time, status, failure?.Error, callerId));
        }
    }

    /// <summary>The port that a connection is for, as the configuration has it now.</summary>
    protected abstract ServedPort? Find(string port);

    /// <summary>Who calls, or why that is refused whatever permissions say.</summary>
    protected abstract (SpiffeId? Caller, Failure? Refusal) Identify(Exchange exchange, ServedPort port);

    /// <summary>Changes headers that are this door's business. Before the app is told who calls: that is no claim of the caller's.</summary>
    protected virtual void Prepare(Exchange exchange)
    {
    }

    private async ValueTask<Failure?> AdmitAsync(Exchange exchange, ServedPort found, CallerLabel? caller, string callerName, HopNotes? notes)
    {
        var (admission, refusal) = await JudgeAsync(exchange, found, caller, callerName);
        if (refusal is not null)
        {
            return refusal;
        }

        try
        {
            return gatekeeper.Limit(exchange, admission.Port, callerName) ?? await PassAsync(exchange, admission, caller, notes);
        }
        finally
        {
            admission.Pool.Leave();
        }
    }

    // A request is judged and served by one configuration: where another comes while it is judged, it is judged anew.
    private async ValueTask<(Admission Admission, Failure? Refusal)> JudgeAsync(Exchange exchange, ServedPort port, CallerLabel? caller, string callerName)
    {
        var context = exchange.Context;
        while (true)
        {
            if (Gatekeeper.Read(context, port, out var target, out var path) is { } bad)
            {
                return (default, bad);
            }

            TokenVerdict? token = null;
            if (port.Tokens is { } tokens)
            {
                (token, var refusal) = await gatekeeper.VerifyAsync(context, port, tokens, caller?.Id.Text, target.Query);
                if (refusal is not null)
                {
                    return (default, refusal);
                }
            }

            if (gatekeeper.Admit(exchange, port, FactsOf(context, port, path, caller?.Id.Text, token?.Tokens), callerName) is { } refused)
            {
                return (default, refused);
            }

            // From here on a revocation finds the request, and the app's connections are held; what came before is caught here.
            var pool = port.Application?.Pool;
            var latest = Find(exchange.Connection.Port);
            if (ReferenceEquals(latest, port))
            {
                return pool is null ? (default, NoApplication(port)) : (new Admission(port, pool, Given(context, target, token?.Strip)), null);
            }

            pool?.Leave();
            if (latest is null)
            {
                return (default, NotServed(exchange));
            }

            port = latest;
            if (Identify(exchange, port).Refusal is { } turnedAway)
            {
                // The port may have turned strict since.
                return (default, turnedAway);
            }
        }
    }

    private RequestFacts FactsOf(HttpContext context, ServedPort port, string path, string? caller, VerifiedToken[]? tokens)
    {
        var isGrpc = ErrorResponse.IsGrpc(context.Request);
        var names = port.Permissions.HeaderNames;
        return new RequestFacts(
            context.Request.Method, path, caller, port.Port.Port, Direction == HopDirection.FrontDoor, tokens is null && names.Length == 0 ? null : RequestEvidence.Of(context.Request.Headers, names, tokens))
        {
            IsStream = caller is null && (isGrpc || UpgradeForwarder.IsUpgrade(context)),
            IsGrpc = isGrpc,
        };
    }

    private static RequestTarget Given(HttpContext context, RequestTarget target, TokenPlace? strip) =>
        strip is null ? target : target with { Query = TokenFinder.Strip(strip, context.Request.Headers, target.Query) };

    private ValueTask<Failure?> PassAsync(Exchange exchange, Admission admission, CallerLabel? caller, HopNotes? notes)
    {
        var port = admission.Port;
        Tell(exchange, caller);
        Age(exchange.Connection, port);
        var timeouts = port.Timeouts.For(caller?.Id.Text);
        if (port.GateOf(caller?.Id.Text) is not { } gate)
        {
            return forwarder.ForwardAsync(exchange.Context, admission, timeouts, notes);
        }

        return gate.Requests.TryEnter() ? PassGateAsync(gate, exchange.Context, admission, timeouts, notes) : new(gate.TooManyRequests(port.Callee));
    }

    private async ValueTask<Failure?> PassGateAsync(CallerGate gate, HttpContext context, Admission admission, InboundTimeouts timeouts, HopNotes? notes)
    {
        try
        {
            return await forwarder.ForwardAsync(context, admission, timeouts, notes);
        }
        finally
        {
            gate.Requests.Leave();
        }
    }

    // What the app learns of the caller.
    private void Tell(Exchange exchange, CallerLabel? caller)
    {
        Prepare(exchange);
        var headers = exchange.Context.Request.Headers;
        if (caller is null)
        {
            headers.Remove(IdentityHeaders.ForwardedClientCert);
        }
        else
        {
            headers[IdentityHeaders.ForwardedClientCert] = caller.ForwardedClientCert;
        }
    }

    private void Age(DownstreamConnection connection, ServedPort port)
    {
        if (port.Timeouts.MaxConnectionDuration is { } age)
        {
            connection.Age(age, time);
        }

        if (!port.Handshakes.Hold(connection.Agreed))
        {
            // It was allowed when it was opened: this request is answered, the next one needs another handshake.
            connection.Retire();
        }
    }

    private static Failure NotServed(Exchange exchange) => new(ProxyError.NoConfiguration, Detail: $"port {exchange.Connection.Port} is no longer served");

    // The app's connections go with the configuration that has them, or with this proxy.
    private static Failure NoApplication(ServedPort port) => port.Application is null
        ? new(ProxyError.AppUnreachable, Detail: $"the bootstrap file names no address of the app for port {port.Port.Port}")
        : new(ProxyError.Draining);

    private CallerLabel LabelOf(DownstreamConnection connection, SpiffeId caller) =>
        connection.Label is { } label && ReferenceEquals(label.Id, caller)
            ? label
            : connection.Label = new CallerLabel(caller, CallerNames.Of(caller), IdentityHeaders.Value(self, caller));

    private async ValueTask<int> AnswerAsync(HttpContext context, Failure failure, string callee, bool toOutsider)
    {
        Log.Failed(logger, failure.Entry.Code, context.Request.Method, callee, context.TraceIdentifier, failure.Detail);
        if (failure.Error == ProxyError.ClientClosed)
        {
            return failure.Entry.Status;
        }

        try
        {
            return await ErrorResponse.WriteAsync(context, failure, hop, toOutsider);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The caller went away while it was told.
            return 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3203, LogLevel.Error, "A request to {Callee} met a defect of this proxy.", EventName = nameof(Defect))]
        public static partial void Defect(ILogger logger, string callee, Exception error);

        [LoggerMessage(3204, LogLevel.Debug, "{Code}: {Method} to {Callee}, request {RequestId}: {Detail}", EventName = nameof(Failed))]
        public static partial void Failed(ILogger logger, string code, string method, string callee, string requestId, string? detail);
    }
}
