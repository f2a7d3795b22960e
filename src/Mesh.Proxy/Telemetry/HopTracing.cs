using System.Diagnostics;

namespace Mesh.Proxy.Telemetry;

/// <summary>Spans of hops, in the trace that the caller began (W3C Trace Context).</summary>
internal static class HopTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Mesh.Proxy";

    private static readonly ActivitySource Source = new(SourceName);

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
    public static HopSpan Start(string name, HopDirection direction, string? traceParent, string? traceState)
    {
        if (!Source.HasListeners())
        {
            return default;
        }

        // The hop belongs to the caller's trace or to none; what runs around it in this process is not its parent.
        Activity.Current = null;
        var kind = direction == HopDirection.Outbound ? ActivityKind.Client : ActivityKind.Server;
        return ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent)
            ? new(Source.StartActivity(name, kind, parent))
            : new(Source.StartActivity(name, kind, default(ActivityContext)));
    }
}
