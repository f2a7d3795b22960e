using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Mesh.Xds.Server;

/// <summary>
/// The aggregated discovery service over gRPC, delta and state of the world. Register it as a singleton and map it as a gRPC service.
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
    public override Task DeltaAggregatedResources(
        IAsyncStreamReader<DeltaDiscoveryRequest> requestStream,
        IServerStreamWriter<DeltaDiscoveryResponse> responseStream,
        ServerCallContext context) => ServeAsync(
            requestStream, responseStream, context, request => request.Node, (stream, profile, observer, zone) => new DeltaSession(cache, profile, stream, observer, time, zone));

    /// <inheritdoc />
    public override Task StreamAggregatedResources(
        IAsyncStreamReader<DiscoveryRequest> requestStream,
        IServerStreamWriter<DiscoveryResponse> responseStream,
        ServerCallContext context) => ServeAsync(
            requestStream, responseStream, context, request => request.Node, (stream, profile, observer, zone) => new StateSession(cache, profile, stream, observer, zone));

    private async Task ServeAsync<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests,
        IServerStreamWriter<TResponse> responses,
        ServerCallContext context,
        Func<TRequest, Node?> nodeOf,
        Func<ICacheListener, string, ISessionObserver, Func<string>?, DiscoverySession<TRequest, TResponse>> session)
        where TResponse : class
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            if (!await requests.MoveNext(ending.Token))
            {
                return;
            }

            var first = requests.Current;
            var node = nodeOf(first) ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "the first request of a stream has to bring its node"));
            var admission = authorizer.Authorize(node, context);
            if (!admission.IsAdmitted)
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, admission.Refusal));
            }

            // Nothing may be due for a long time: the headers tell the client that it is in.
            await context.WriteResponseHeadersAsync([]);
            using var observer = new StreamObserver(registry, node, admission, time, logger);
            var zone = node.Locality?.Zone is { Length: > 0 } own ? () => own : admission.Zone;
            var stream = new DiscoveryStream<TRequest, TResponse>(cache, admission.Profile, listener => session(listener, admission.Profile, observer, zone));
            await stream.RunAsync(first, requests, responses, ending.Token);
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
