using System.Diagnostics;

namespace Mesh.Proxy.Telemetry;

/// <summary>Spans of hops, in the trace that the caller began (W3C Trace Context).</summary>
internal static class HopTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Mesh.Proxy";

    private static readonly ActivitySource Source = CreateSource();

    [ThreadStatic]
    private static ActivityTraceId _next;

    /// <summary>
    /// Whether a request is one of a health check that nobody traces: it comes without a trace to a path by which the ServiceDefaults of .NET are asked for health, and
    /// which those leave out of traces as well. Twice a minute for each service it would be a trace of its own.
    /// </summary>
    public static bool IsProbe(string? traceParent, string? path) => path is "/health" or "/alive" && string.IsNullOrEmpty(traceParent);

    /// <summary>
    /// Begins the span of a hop. Without an exporter it allocates nothing, and the caller's <c>traceparent</c> and <c>tracestate</c> are to be passed on untouched.
    /// </summary>
    /// <param name="name">Where it goes, bounded: never a path. The span's name is the method and this.</param>
    /// <param name="direction">Which side of the call.</param>
    /// <param name="traceParent">The header as it came; <see langword="null"/> or unreadable begins a new trace.</param>
    /// <param name="traceState">The header as it came.</param>
    /// <param name="telemetry">What policies say; <see langword="null"/>: nothing.</param>
    /// <param name="headers">The request's headers, for what policies say.</param>
    public static HopSpan Start(string name, HopDirection direction, string? traceParent, string? traceState, CompiledTelemetry? telemetry = null, IHeaderDictionary? headers = null)
    {
        if (!Source.HasListeners() || telemetry is { IsTracingOff: true })
        {
            return default;
        }

        // The hop belongs to the caller's trace or to none; what runs around it in this process is not its parent.
        Activity.Current = null;
        var kind = direction == HopDirection.Outbound ? ActivityKind.Client : ActivityKind.Server;
        var hasParent = ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent);
        if (telemetry?.Sampling is { } sampling && (!hasParent || sampling.IgnoresParent))
        {
            var trace = hasParent ? parent.TraceId : ActivityTraceId.CreateRandom();
            if (!sampling.Keeps(trace))
            {
                // Who comes next must not decide anew: it is told so, by a span that nobody records.
                return new(null, passed: $"00-{trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00");
            }

            _next = trace;
            parent = hasParent ? new ActivityContext(trace, parent.SpanId, ActivityTraceFlags.Recorded, parent.TraceState, isRemote: true) : default;
        }

        var activity = Source.StartActivity(name, kind, parent);
        _next = default;
        if (telemetry is not null && activity is { IsAllDataRequested: true })
        {
            telemetry.Describe(activity, headers!);
        }

        return new(activity);
    }

    private static ActivitySource CreateSource()
    {
        // The id of a trace that begins here has decided on it already.
        Activity.TraceIdGenerator = static () => _next == default ? ActivityTraceId.CreateRandom() : _next;
        return new(SourceName);
    }
}
