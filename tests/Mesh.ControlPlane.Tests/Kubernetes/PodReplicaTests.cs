using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Testing;
using Mesh.Xds.Server;
using Mesh.Xds.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>Pods as replicas, against hand-written exchanges.</summary>
public sealed class PodReplicaTests : IAsyncLifetime
{
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Pod_ReadyEndingGone_IsAnEndpointAsLongAsItIsReady()
    {
        _cluster.Pod("payments-1", "payments", "10.1.0.7", ready: false);
        var host = await RunWithPodsAsync();
        Assert.Equal(["payments-1 10.1.0.7:15006 []"], Replicas(host));

        _cluster.Pod("payments-1", "payments", "10.1.0.7");
        await Eventually.IsAsync(() => Replicas(host) is ["payments-1 10.1.0.7:15006 [http]"], "a ready replica");
        await Eventually.IsAsync(() => Endpoints(host).Contains("10.1.0.7", StringComparison.Ordinal), "its endpoint");

        _cluster.Pod("payments-1", "payments", "10.1.0.7", ending: true);
        await Eventually.IsAsync(() => Source(host).Replicas is [{ Draining: true }], "a draining replica");
        await Eventually.IsAsync(() => !Endpoints(host).Contains("10.1.0.7", StringComparison.Ordinal), "no endpoint");

        _cluster.Api.Objects.Delete("api/v1/namespaces/shop/pods/payments-1");
        await Eventually.IsAsync(() => Source(host).Replicas.IsEmpty, "no replica");
    }

    [Fact]
    public async Task Pod_OfAnotherAccount_IsNoReplica()
    {
        _cluster.Pod("payments-1", "payments", "10.1.0.7");
        _cluster.Pod("intruder", "payments", "10.1.0.8", account: "web");

        var host = await RunWithPodsAsync();

        Assert.Equal(["payments-1 10.1.0.7:15006 [http]"], Replicas(host));
        Assert.Single(host.Logs.Lines, l => l.Id == 2621 && l.Text.Contains("intruder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_WithoutAddressOrPastTheirEnd_AreNoReplicas()
    {
        _cluster.Pod("waiting", "payments", null, ready: false);
        _cluster.Pod("over", "payments", "10.1.0.9", ready: false, phase: "Succeeded");

        var host = await RunWithPodsAsync();

        Assert.Empty(Replicas(host));
    }

    [Fact]
    public async Task Start_PodsCannotBeRead_SpeaksOfNoEndpointAndIsNotReady()
    {
        _cluster.Api.Conflicting = (_, path) => path.EndsWith("/pods", StringComparison.Ordinal);
        var host = await _cluster.RunPublishedAsync();

        Assert.False(Source(host).IsComplete);
        Assert.Empty(Endpoints(host));
        await Eventually.IsAsync(
            async () =>
            {
                using var answer = await host.Http.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
                return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            },
            "no pods read yet\npods of shop: 409 Conflict; it is tried again, and the log says more",
            TimeSpan.FromSeconds(30));

        _cluster.Api.Conflicting = null;
        await Eventually.IsAsync(() => Source(host).IsComplete, "the pods");
    }

    // What is declared may be published before the pods are read.
    private async Task<ControlPlaneHost> RunWithPodsAsync()
    {
        var host = await _cluster.RunPublishedAsync();
        await Eventually.IsAsync(() => Source(host).IsComplete, "the pods");
        return host;
    }

    private static IReplicaSource Source(ControlPlaneHost host) => host.Services.GetRequiredService<IReplicaSource>();

    private static string[] Replicas(ControlPlaneHost host) =>
        [.. Source(host).Replicas.Select(r => $"{r.Replica.Name} {r.Replica.Address}:{r.Replica.Port} [{string.Join(",", r.Replica.ReadyPorts)}]")];

    private static string Endpoints(ControlPlaneHost host) =>
        string.Concat(host.Services.GetRequiredService<SnapshotCache>().ResourcesOf("shop/web").Where(r => r.TypeUrl == TypeUrls.Endpoints).Select(r => r.Body.ToStringUtf8()));
}
