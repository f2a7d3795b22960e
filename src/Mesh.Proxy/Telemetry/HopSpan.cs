using System.Diagnostics;

namespace Mesh.Proxy.Telemetry;

/// <summary>The span of one hop, or nothing. To be ended once.</summary>
/// <param name="activity">The span; <see langword="null"/>: there is none.</param>
/// <param name="notes">What is noted for an access log.</param>
/// <param name="passed">Without a span: the <c>traceparent</c> that goes on all the same.</param>
internal readonly struct HopSpan(Activity? activity, HopNotes? notes = null, string? passed = null)
{
    /// <summary>The status of <c>client_closed</c>.</summary>
    private const int CallerGone = 499;

    /// <summary>The <c>traceparent</c> that goes on; <see langword="null"/>: the caller's goes on as it is. <c>tracestate</c> always goes on as it is.</summary>
    public string? TraceParent => activity?.Id ?? passed;

    /// <summary>What is noted for an access log; <see langword="null"/>: nothing is.</summary>
    public HopNotes? Notes => notes;

    /// <summary>The same span with notes.</summary>
    public HopSpan With(HopNotes taken) => new(activity, taken, passed);

    /// <summary>Whether attributes are worth computing.</summary>
    public bool IsRecorded => activity is { IsAllDataRequested: true };

    /// <summary>Adds an attribute.</summary>
    public void Set(string name, object? value) => activity?.SetTag(name, value);

    /// <summary>Ends the span.</summary>
    public void Stop(in RequestTags tags)
    {
        if (activity is null)
        {
            return;
        }

        if (activity.IsAllDataRequested)
        {
            activity.DisplayName = $"{ProxyMetrics.KnownMethod(tags.Method)} {activity.OperationName}";
            activity.SetTag("mesh.caller", tags.Caller);
            activity.SetTag("mesh.callee", tags.Callee);
            activity.SetTag("http.request.method", tags.Method);
            activity.SetTag("http.response.status_code", StatusBox.Of(tags.Status));
            if (tags.Route is { Length: > 0 } route)
            {
                activity.SetTag("http.route", route);
            }

            if (tags.Error is { } error)
            {
                activity.SetTag("error.type", error);
            }

            // Semantic conventions: a 4xx is the client's error, not the server's. A caller that has heard enough, of a stream above all, is nobody's.
            if (tags.Status != CallerGone && (tags.Error is not null || tags.Status >= (tags.Direction == HopDirection.Outbound ? 400 : 500)))
            {
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }

        activity.Dispose();
    }
}
