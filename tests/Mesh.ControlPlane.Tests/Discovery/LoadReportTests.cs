using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Service.LoadStats.V3;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.ControlPlane.Insight;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Model.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Discovery;

/// <summary>Load reports over mTLS.</summary>
public sealed class LoadReportTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Service("payments")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory) with { LoadReportSeconds = 3 });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Report_OfAnEdge_IsAddedUpAndShown()
    {
        using var identity = await FakeSidecar.EnrolledAsync(_host, "storefront");
        using var channel = identity.Connect();
        using var stream = Open(channel);
        var settings = await BeginAsync(stream, "storefront", "envoy.lrs.supports_send_all_clusters");
        Assert.Equal((true, 3L), (settings.SendAllClusters, settings.LoadReportingInterval.Seconds));

        await ReportAsync(stream, "default/orders/http", issued: 12, succeeded: 9, failed: 2, inProgress: 1, dropped: 4);
        await ReportAsync(stream, "default/orders/http", issued: 1, succeeded: 1, failed: 0, inProgress: 1, dropped: 0);

        var load = await UntilAsync(l => l.Issued == 13);
        Assert.Equal((10L, 2L, 4L, 1L), (load.Succeeded, load.Failed, load.Dropped, load.InProgress));
        var shown = (await _host.GetAsync("/api/v1/load-reports")).GetProperty("loads").EnumerateArray().Single();
        Assert.Equal(("default/storefront", "default/orders/http", 13), (shown.GetProperty("caller").GetString(), shown.GetProperty("cluster").GetString(), shown.GetProperty("issued").GetInt32()));
        Assert.Contains("mesh_client_requests", await _host.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await stream.RequestStream.CompleteAsync();
        Assert.Equal(13, (await UntilAsync(l => l.InProgress == 0)).Issued);
    }

    [Fact]
    public async Task Report_OfAClusterOfOthers_IsNotTaken()
    {
        using var identity = await FakeSidecar.EnrolledAsync(_host, "storefront");
        using var channel = identity.Connect();
        using var stream = Open(channel);
        var settings = await BeginAsync(stream, "storefront");
        Assert.Equal(["default/orders/http"], settings.Clusters.Where(name => name != "mesh.dev/no-backend"));

        await ReportAsync(stream, "default/payments/http", issued: 5);
        await ReportAsync(stream, "default/orders/http", issued: 7);

        await UntilAsync(l => l.Issued == 7);
        Assert.Single(_host.Services.GetRequiredService<LoadReports>().All);
    }

    [Fact]
    public async Task Report_InTheNameOfAnother_IsRefused()
    {
        using var identity = await FakeSidecar.EnrolledAsync(_host, "payments");
        using var channel = identity.Connect();
        using var stream = Open(channel);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => BeginAsync(stream, "storefront"));

        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
    }

    private static AsyncDuplexStreamingCall<LoadStatsRequest, LoadStatsResponse> Open(GrpcChannel channel) =>
        new LoadReportingService.LoadReportingServiceClient(channel).StreamLoadStats(
            deadline: TimeProvider.System.GetUtcNow().AddSeconds(60).UtcDateTime, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<LoadStatsResponse> BeginAsync(AsyncDuplexStreamingCall<LoadStatsRequest, LoadStatsResponse> stream, string service, params string[] features)
    {
        var node = new Node { Id = $"spiffe://shop.local/ns/default/sa/{service}#one", UserAgentName = "gRPC Node Pure JS" };
        node.ClientFeatures.AddRange(features);
        await stream.RequestStream.WriteAsync(new LoadStatsRequest { Node = node }, TestContext.Current.CancellationToken);
        Assert.True(await stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        return stream.ResponseStream.Current;
    }

    private static Task ReportAsync(
        AsyncDuplexStreamingCall<LoadStatsRequest, LoadStatsResponse> stream, string cluster, ulong issued, ulong succeeded = 0, ulong failed = 0, ulong inProgress = 0, ulong dropped = 0)
    {
        var locality = new UpstreamLocalityStats { TotalIssuedRequests = issued, TotalSuccessfulRequests = succeeded, TotalErrorRequests = failed, TotalRequestsInProgress = inProgress };
        var stats = new ClusterStats { ClusterName = cluster, TotalDroppedRequests = dropped, UpstreamLocalityStats = { locality } };
        return stream.RequestStream.WriteAsync(new LoadStatsRequest { ClusterStats = { stats } }, TestContext.Current.CancellationToken);
    }

    private async Task<ClusterLoad> UntilAsync(Func<ClusterLoad, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            if (_host.Services.GetRequiredService<LoadReports>().All is [var only] && only.Caller == new ServiceId("default", "storefront") && condition(only.Load))
            {
                return only.Load;
            }

            await Task.Yield();
        }
    }
}
