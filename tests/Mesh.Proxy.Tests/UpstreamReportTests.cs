using Mesh.Model.Snapshots;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Tests.Pair;
using Mesh.Registration.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

/// <summary>What a sidecar tells the control plane of replicas that it leaves out.</summary>
public sealed class UpstreamReportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Describe_NobodyIsLeftOut_SaysNothing()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("ok"));
        await using var pair = await ProxyPair.StartAsync(app.Address);

        Assert.Equal(new ReplicaStatus(), Status(pair));
    }

    [Fact]
    public async Task Describe_ReplicaThatFailed_IsNamedWithReasonAndEndAndTellsOnce()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(
            good.Address, new PairOptions { Cluster = c => c with { Outliers = new() { TotalFailures = 1, BaseEjectionTime = TimeSpan.FromMinutes(10), MaxEjectionTime = TimeSpan.FromMinutes(10) }, LoadBalancing = new(LoadBalancingKind.RoundRobin) } });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Caller.Services.GetRequiredService<IUpstreamHealth>().Changed += () => told.TrySetResult();
        using var client = new HttpClient();
        for (var i = 0; i < 100 && Status(pair).LeftOut.Count == 0; i++)
        {
            using var answer = await client.GetAsync(pair.Url, Stop).InTime();
        }

        await told.Task.InTime();
        var status = Status(pair);

        var leftOut = Assert.Single(status.LeftOut);
        Assert.Equal(("default/orders/http", "orders-2", LeftOutBy.OutlierDetection, "failures"), (leftOut.Cluster, leftOut.Replica, leftOut.By, leftOut.Reason));
        Assert.Equal(TimeSpan.FromMinutes(10), leftOut.Until.ToDateTimeOffset() - leftOut.Since.ToDateTimeOffset());
        Assert.Equal((1UL, 0UL, 0u), (status.Ejections, status.HealthFailures, status.LeftOutMore));

        pair.Apply(o => o with { Cluster = null });
        Assert.Empty(Status(pair).LeftOut);
    }

    [Fact]
    public async Task Describe_MoreThanOneStatusNames_CountsTheRest()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("ok"));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Cluster = c => c with { Outliers = new() { TotalFailures = 1 } } });
        pair.Apply(o => o with { Endpoints = [.. Enumerable.Range(1, 300).Select(i => new Endpoint("127.0.0.1", i, $"orders-{i}"))] });
        foreach (var replica in pair.Caller.Services.GetRequiredService<Outbound.OutboundState>().Tables!.Clusters["default/orders/http"].Replicas)
        {
            replica.IsEjected = true;
        }

        var status = Status(pair);

        Assert.Equal((256, 44u), (status.LeftOut.Count, status.LeftOutMore));
        Assert.InRange(status.CalculateSize(), 1, 64 * 1024);
    }

    private static ReplicaStatus Status(ProxyPair pair)
    {
        var status = new ReplicaStatus();
        pair.Caller.Services.GetRequiredService<IUpstreamHealth>().Describe(status);
        return status;
    }
}
