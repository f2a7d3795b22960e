using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.EndToEnd.Tests.Otlp;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>An OTLP trace collector that keeps what it gets.</summary>
internal sealed class TraceReceiver : TraceService.TraceServiceBase
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();

    public IEnumerable<ReceivedSpan> Spans => _spans;

    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        foreach (var resource in request.ResourceSpans)
        {
            var service = resource.Resource.Attributes.FirstOrDefault(a => a.Key == "service.name")?.Value.StringValue ?? "";
            foreach (var span in resource.ScopeSpans.SelectMany(s => s.Spans))
            {
                _spans.Enqueue(new ReceivedSpan(
                    service,
                    Convert.ToHexStringLower(span.TraceId.Span),
                    Convert.ToHexStringLower(span.SpanId.Span),
                    Convert.ToHexStringLower(span.ParentSpanId.Span),
                    span.Name,
                    span.Attributes.DistinctBy(a => a.Key).ToDictionary(a => a.Key, a => a.Value.HasStringValue ? a.Value.StringValue : a.Value.ToString())));
            }
        }

        return Task.FromResult(new ExportTraceServiceResponse());
    }
}
