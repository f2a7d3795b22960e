using Mesh.Model.Identity;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Errors;
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
                failure = new Failure(ProxyError.NoConfiguration, Detail: $"port {exchange.Connection.Port} is no longer served");
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

    private async ValueTask<Failure?> AdmitAsync(Exchange exchange, ServedPort port, CallerLabel? caller, string callerName, HopNotes? notes)
    {
        var context = exchange.Context;
        RequestTarget target;
        TokenPlace? strip = null;
        for (var judged = port; ;)
        {
            if (Gatekeeper.Read(context, judged, out target, out var path) is { } bad)
            {
                return bad;
            }

            var isGrpc = ErrorResponse.IsGrpc(context.Request);
            var facts = new RequestFacts(context.Request.Method, path, caller?.Id.Text, judged.Port.Port, Direction == HopDirection.FrontDoor)
            {
                IsStream = caller is null && (isGrpc || UpgradeForwarder.IsUpgrade(context)),
                IsGrpc = isGrpc,
            };
            if (judged.Tokens is { } tokens)
            {
                var (verdict, refusal) = await gatekeeper.VerifyAsync(context, judged, tokens, facts.Caller, target.Query);
                if (refusal is not null)
                {
                    return refusal;
                }

                strip = verdict.Strip;
                facts = facts with { Evidence = RequestEvidence.Of(context.Request.Headers, judged.Permissions.HeaderNames, verdict.Tokens) };
            }
            else if (judged.Permissions.HeaderNames.Length > 0)
            {
                facts = facts with { Evidence = RequestEvidence.Of(context.Request.Headers, judged.Permissions.HeaderNames, tokens: null) };
            }

            if (gatekeeper.Admit(exchange, judged, facts, callerName) is { } refused)
            {
                return refused;
            }

            // From here on a revocation finds the request; one that came while it was judged is caught here.
            if (Find(exchange.Connection.Port) is not { } latest || ReferenceEquals(latest, judged))
            {
                break;
            }

            judged = latest;
            if (Identify(exchange, judged).Refusal is { } turnedAway)
            {
                // The port may have turned strict since.
                return turnedAway;
            }
        }

        if (strip is not null)
        {
            target = target with { Query = TokenFinder.Strip(strip, context.Request.Headers, target.Query) };
        }

        if (gatekeeper.Limit(exchange, port, callerName) is { } limited)
        {
            return limited;
        }

        Prepare(exchange);
        var headers = context.Request.Headers;
        if (caller is null)
        {
            headers.Remove(IdentityHeaders.ForwardedClientCert);
        }
        else
        {
            headers[IdentityHeaders.ForwardedClientCert] = caller.ForwardedClientCert;
        }

        if (port.Timeouts.MaxConnectionDuration is { } age)
        {
            exchange.Connection.Age(age, time);
        }

        if (!port.Handshakes.Hold(exchange.Connection.Agreed))
        {
            // It was allowed when it was opened: this request is answered, the next one needs another handshake.
            exchange.Connection.Retire();
        }

        if (port.GateOf(caller?.Id.Text) is not { } gate)
        {
            return await forwarder.ForwardAsync(context, port, port.Timeouts.For(caller?.Id.Text), target, notes);
        }

        if (!gate.Requests.TryEnter())
        {
            return gate.TooManyRequests(port.Callee);
        }

        try
        {
            return await forwarder.ForwardAsync(context, port, port.Timeouts.For(caller?.Id.Text), target, notes);
        }
        finally
        {
            gate.Requests.Leave();
        }
    }

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
