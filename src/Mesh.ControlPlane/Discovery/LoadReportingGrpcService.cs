using Envoy.Service.LoadStats.V3;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.ControlPlane.Insight;
using Mesh.Model.Bootstrap;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Discovery;

/// <summary>LRS: takes what clients say they sent, as long as it is about clusters that they may see.</summary>
internal sealed class LoadReportingGrpcService(
    IStreamAuthorizer authorizer, SnapshotCache cache, LoadReports reports, ControlPlaneSettings settings, IHostApplicationLifetime lifetime)
    : LoadReportingService.LoadReportingServiceBase
{
    private const string SendsAll = "envoy.lrs.supports_send_all_clusters";

    /// <inheritdoc />
    public override async Task StreamLoadStats(IAsyncStreamReader<LoadStatsRequest> requestStream, IServerStreamWriter<LoadStatsResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var stream = reports.Begin();
        try
        {
            if (!await requestStream.MoveNext(ending.Token))
            {
                return;
            }

            var node = requestStream.Current.Node ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "the first request of a stream has to bring its node"));
            var admission = authorizer.Authorize(node, context);
            if (!admission.IsAdmitted)
            {
                throw new RpcException(new Status(StatusCode.PermissionDenied, admission.Refusal));
            }

            _ = NodeId.TryParse(node.Id, out var id);
            _ = id!.Identity.TryGetService(out var caller);
            var response = new LoadStatsResponse { LoadReportingInterval = TimeSpan.FromSeconds(settings.LoadReportSeconds).ToDuration() };
            if (node.ClientFeatures.Contains(SendsAll))
            {
                response.SendAllClusters = true;
            }
            else
            {
                response.Clusters.AddRange(cache.NamesOf(admission.Profile, TypeUrls.Cluster));
            }

            await responseStream.WriteAsync(response, ending.Token);
            do
            {
                var known = cache.NamesOf(admission.Profile, TypeUrls.Cluster).ToHashSet(StringComparer.Ordinal);
                foreach (var stats in requestStream.Current.ClusterStats.Where(stats => known.Contains(stats.ClusterName)))
                {
                    reports.Add(stream, caller, stats);
                }
            }
            while (await requestStream.MoveNext(ending.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The stream is over; a client that lives comes back and goes on from its last report.
        }
        finally
        {
            reports.End(stream);
        }
    }
}
