using Grpc.Core;
using Mesh.EndToEnd.Tests.Otlp;

namespace Mesh.EndToEnd.Tests.Telemetry;

/// <summary>OTLP over gRPC.</summary>
internal sealed class LogReceiver(ReceivedTelemetry received) : LogsService.LogsServiceBase
{
    public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context)
    {
        received.Take(request);
        return Task.FromResult(new ExportLogsServiceResponse());
    }
}
