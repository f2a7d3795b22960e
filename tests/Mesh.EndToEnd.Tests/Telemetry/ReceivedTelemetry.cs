using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf.Collections;
using Mesh.EndToEnd.Tests.Otlp;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>Keeps what a collector gets, by whichever protocol.</summary>
internal sealed class ReceivedTelemetry
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<ReceivedItem> _items = new();

    public IEnumerable<ReceivedSpan> Spans => _spans;

    /// <summary>Log records and metrics.</summary>
    public IEnumerable<ReceivedItem> Items => _items;

    public void Take(ExportTraceServiceRequest request)
    {
        foreach (var resource in request.ResourceSpans)
        {
            var whose = Texts(resource.Resource.Attributes);
            foreach (var span in resource.ScopeSpans.SelectMany(s => s.Spans))
            {
                _spans.Enqueue(new ReceivedSpan(
                    whose,
                    Convert.ToHexStringLower(span.TraceId.Span),
                    Convert.ToHexStringLower(span.SpanId.Span),
                    Convert.ToHexStringLower(span.ParentSpanId.Span),
                    span.Name,
                    Texts(span.Attributes)));
            }
        }
    }

    public void Take(ExportLogsServiceRequest request)
    {
        foreach (var resource in request.ResourceLogs)
        {
            var whose = Texts(resource.Resource.Attributes);
            foreach (var record in resource.ScopeLogs.SelectMany(s => s.LogRecords))
            {
                _items.Enqueue(new ReceivedItem("logs", whose, record.Body?.StringValue ?? "", Texts(record.Attributes)) { TraceId = Convert.ToHexStringLower(record.TraceId.Span) });
            }
        }
    }

    public void Take(ExportMetricsServiceRequest request)
    {
        foreach (var resource in request.ResourceMetrics)
        {
            var whose = Texts(resource.Resource.Attributes);
            foreach (var metric in resource.ScopeMetrics.SelectMany(s => s.Metrics))
            {
                _items.Enqueue(new ReceivedItem("metrics", whose, metric.Name, new Dictionary<string, string>()));
                foreach (var point in metric.Histogram?.DataPoints ?? [])
                {
                    _items.Enqueue(new ReceivedItem("points", whose, metric.Name, Texts(point.Attributes)) { Bounds = [.. point.ExplicitBounds] });
                }
            }
        }
    }

    private static Dictionary<string, string> Texts(RepeatedField<KeyValue> attributes) =>
        attributes.DistinctBy(a => a.Key).ToDictionary(a => a.Key, a => a.Value.HasStringValue ? a.Value.StringValue : a.Value.HasIntValue ? a.Value.IntValue.ToString(CultureInfo.InvariantCulture) : a.Value.ToString());
}
