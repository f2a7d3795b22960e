using Grpc.Core;
using Mesh.EndToEnd.Tests.Otlp;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>OTLP over gRPC.</summary>
internal sealed class TraceReceiver(ReceivedTelemetry received) : TraceService.TraceServiceBase
{
    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        received.Take(request);
        return Task.FromResult(new ExportTraceServiceResponse());
    }
}
