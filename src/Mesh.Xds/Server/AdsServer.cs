using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Xds.Server;

/// <summary>
/// The aggregated discovery service over gRPC. Register it as a singleton and map it as a gRPC service. State of the world is not served yet.
/// </summary>
/// <param name="cache">What is served.</param>
/// <param name="registry">Who is connected.</param>
/// <param name="authorizer">Who may connect.</param>
/// <param name="time">The clock for status.</param>
/// <param name="logger">The log.</param>
/// <param name="stopping">
/// Ends all streams, so that a server that shuts down gracefully does not hold its clients on the old process: the host's <c>ApplicationStopping</c>.
/// </param>
public sealed class AdsServer(
    SnapshotCache cache, StreamRegistry registry, IStreamAuthorizer authorizer, TimeProvider time, ILogger<AdsServer> logger, CancellationToken stopping)
    : AggregatedDiscoveryService.AggregatedDiscoveryServiceBase
{
    /// <inheritdoc />
    public override async Task DeltaAggregatedResources(
        IAsyncStreamReader<DeltaDiscoveryRequest> requestStream,
        IServerStreamWriter<DeltaDiscoveryResponse> responseStream,
        ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            if (!await requestStream.MoveNext(ending.Token))
            {
                return;
            }

            var first = requestStream.Current;
            var node = first.Node ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "the first request of a stream has to bring its node"));
            var admission = authorizer.Authorize(node, context);
            if (!admission.IsAdmitted)
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, admission.Refusal));
            }

            // Nothing may be due for a long time: the headers tell the client that it is in.
            await context.WriteResponseHeadersAsync([]);
            using var observer = new StreamObserver(registry, node, admission.Profile, time, logger);
            await new DeltaStream(cache, admission.Profile, observer).RunAsync(first, requestStream, responseStream, ending.Token);
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is OperationCanceledException or IOException or InvalidOperationException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the control plane is stopping; connect again"));
        }
        catch (Exception e) when (context.CancellationToken.IsCancellationRequested && e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The peer is gone: nothing to tell it, nothing to report.
        }
    }
}
