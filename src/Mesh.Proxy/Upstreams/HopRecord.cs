using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Upstreams;

/// <summary>What one hop is counted and traced under while it runs. Filled in as it becomes known.</summary>
internal struct HopRecord(HopDirection direction, string caller, string callee, string method, long started)
{
    /// <summary>The span.</summary>
    public HopSpan Span { get; set; }

    /// <summary>The caller's name.</summary>
    public string Caller { get; set; } = caller;

    /// <summary>The route rule's name.</summary>
    public string? Route { get; set; }

    /// <summary>What policies say of it; <see langword="null"/>: nothing.</summary>
    private CompiledTelemetry? _telemetry;

    /// <summary>What its metrics are told apart by, as it was sent.</summary>
    private string?[]? _measured;

    /// <summary>Whether it is a sidecar's question how this replica is, and so nobody's call.</summary>
    public bool IsProbe { get; set; }

    /// <summary>Begins to tell of it.</summary>
    /// <param name="headers">The request's headers, as they came.</param>
    /// <param name="telemetry">What policies say.</param>
    /// <param name="isTraced">Whether it has a span.</param>
    public void Begin(IHeaderDictionary headers, CompiledTelemetry? telemetry, bool isTraced = true)
    {
        if (isTraced)
        {
            Span = HopTracing.Start(callee, direction, headers.TraceParent, headers.TraceState, telemetry, headers);
        }

        if (telemetry is not null)
        {
            _telemetry = telemetry;
            _measured = telemetry.MeasuredBy(headers);
        }
    }

    /// <summary>What access logs see of it, once it has ended.</summary>
    public readonly AccessEntry Entry(HttpContext context, TimeProvider time, int status, ProxyError? error, string? callerId) => new()
    {
        Context = context,
        Direction = direction,
        Caller = Caller,
        CallerId = callerId,
        Callee = callee,
        Route = Route,
        Status = status,
        Error = error is { } e ? ErrorCatalog.Of(e).Code : null,
        Flags = error is { } made ? ResponseFlags.Of(made) : null,
        Elapsed = time.GetElapsedTime(started),
        EndedAt = time.GetUtcNow(),
        Notes = Span.Notes!,
    };

    /// <summary>How long it has taken until now.</summary>
    public readonly TimeSpan Elapsed(TimeProvider time) => time.GetElapsedTime(started);

    /// <summary>Ends the hop.</summary>
    public readonly void Complete(ProxyMetrics metrics, TimeProvider time, int status, ProxyError? error)
    {
        if (IsProbe)
        {
            metrics.ProbeCompleted(direction);
            return;
        }

        var tags = new RequestTags
        {
            Direction = direction,
            Caller = Caller,
            Callee = callee,
            Method = method,
            Route = Route,
            Status = status,
            Error = error is { } e ? ErrorCatalog.Of(e).Code : null,
        };
        metrics.RequestCompleted(tags, time.GetElapsedTime(started), _telemetry, _measured);
        Span.Stop(tags);
    }
}
