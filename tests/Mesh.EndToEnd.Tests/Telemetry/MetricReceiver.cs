using Grpc.Core;
using Mesh.EndToEnd.Tests.Otlp;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>OTLP over gRPC.</summary>
internal sealed class MetricReceiver(ReceivedTelemetry received) : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context)
    {
        received.Take(request);
        return Task.FromResult(new ExportMetricsServiceResponse());
    }
}
