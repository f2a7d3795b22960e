using Mesh.Model.Snapshots;
using Mesh.Testing;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>Real client, real server, real gRPC on loopback.</summary>
public sealed class AdsEndToEndTests
{
    private static readonly string Profile = Samples.Storefront.Text;

    [Fact]
    public async Task Publish_Everything_ArrivesAsItWas()
    {
        await using var host = await AdsHost.StartAsync();
        host.Cache.MarkEndpointsComplete();
        Assert.Empty(host.Cache.Publish(Profile, Samples.Everything).Violations);
        await using var client = new RunningClient(host.Address);

        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);

        Assert.Equal(Structure.Of(Samples.Everything), Structure.Of(client.Sink.Snapshot));
        Assert.Equal("permissions", client.Sink.Calls[0]);
        Assert.Equal("snapshot", client.Sink.Calls[^1]);
    }

    [Fact]
    public async Task Publish_RouteChanged_NewSnapshotArrives()
    {
        await using var host = await ServeOrdersAsync();
        await using var client = await ConnectAsync(host);

        host.Cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "new.example")] });

        await client.Sink.UntilAsync(sink => ((ForwardAction)sink.Snapshot!.RouteTables[0].Rules[0].Action).RewriteHost == "new.example");
        Assert.Equal(1001, client.Sink.Endpoints["shop/orders/http"].Endpoints.Single().Port);
    }

    [Fact]
    public async Task Publish_UpstreamAdded_ArrivesWithItsEndpointsFirst()
    {
        await using var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001), Samples.Endpoints("payments", 1002));
        host.Cache.Publish(Profile, Samples.Calling("orders"));
        await using var client = await ConnectAsync(host);

        host.Cache.Publish(Profile, Samples.Calling("orders", "payments"));

        await client.Sink.UntilAsync(sink => sink.Snapshot!.Outbound.Length == 2);
        Assert.Equal("snapshot", client.Sink.Calls[^1]);
        Assert.Equal(1002, client.Sink.Endpoints["shop/payments/http"].Endpoints.Single().Port);
        Assert.Equal(2, client.Sink.Snapshot!.RouteTables.Length);
    }

    [Fact]
    public async Task PublishEndpoints_OneReplicaMore_OnlyEndpointsArrive()
    {
        await using var host = await ServeOrdersAsync();
        await using var client = await ConnectAsync(host);

        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001, 1002));

        await client.Sink.UntilAsync(sink => sink.Endpoints["shop/orders/http"].Endpoints.Length == 2);
        Assert.Single(client.Sink.Calls, "snapshot");
    }

    [Fact]
    public async Task Restart_SameContent_ClientIsBackAndNothingIsSentAgain()
    {
        var host = await ServeOrdersAsync();
        await using var client = await ConnectAsync(host);

        // It comes back somewhere else: its port is anybody's as soon as it is free.
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await host.DisposeAsync();
        await using var next = await ServeOrdersAsync();
        client.MoveTo(next.Address);
        next.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001, 1002));

        await client.Sink.UntilAsync(sink => sink.Endpoints["shop/orders/http"].Endpoints.Length == 2);
        var status = await next.UntilAsync(stream => stream.Types.Count == TypeUrls.InOrder.Length);
        foreach (var typeUrl in new[] { TypeUrls.Cluster, TypeUrls.Listener, TypeUrls.RouteTable })
        {
            // Known to be accepted without having been sent: both happened at the same instant.
            var type = status.Types[typeUrl];
            Assert.Equal((next.Cache.VersionOf(Profile, typeUrl), type.SentAt), (type.AckedVersion, type.AckedAt));
        }

        Assert.Single(client.Sink.Calls, "snapshot");
    }

    [Fact]
    public async Task Restart_NothingPublishedYet_TakesNothingFromTheClient()
    {
        var host = await ServeOrdersAsync();
        await using var client = await ConnectAsync(host);
        var calls = client.Sink.Calls;
        await host.StopAsync();
        await host.DisposeAsync();

        await using var next = await AdsHost.StartAsync();
        client.MoveTo(next.Address);
        await next.UntilAsync(_ => true);

        Assert.Empty(next.Registry.Streams.Single().Types);
        Assert.Equal(calls, client.Sink.Calls);
        Assert.True(client.Client.Status.HasSnapshot);
    }

    [Fact]
    public async Task LoadSaved_ControlPlaneAway_ServesTheLastGoodConfiguration()
    {
        var state = Directory.CreateTempSubdirectory("mesh-ads-");
        var host = await ServeOrdersAsync();
        var first = await ConnectAsync(host, state);
        await first.StopAsync();
        await host.DisposeAsync();

        await using var second = new RunningClient(new Uri("http://127.0.0.1:1"), state);

        Assert.True(second.LoadedSaved);
        Assert.Equal(Structure.Of(first.Sink.Snapshot), Structure.Of(second.Sink.Snapshot));
        Assert.Equal(Structure.Of(first.Sink.Permissions), Structure.Of(second.Sink.Permissions));
        Assert.Equal(1001, second.Sink.Endpoints["shop/orders/http"].Endpoints.Single().Port);
        Assert.False(second.Client.Status.Connected);
    }

    [Fact]
    public async Task Connect_NodeIdOfAnotherIdentity_IsRefused()
    {
        await using var host = await AdsHost.StartAsync(peerIdentity: "spiffe://shop.local/ns/shop/sa/orders");
        host.Cache.Publish(Profile, Samples.Calling("orders"));
        await using var client = new RunningClient(host.Address);

        // A client that is still writing when it is refused may see the end before the reason; it comes again.
        await Eventually.IsAsync(() => client.Client.Status.LastError?.Contains("PermissionDenied: node.id says spiffe://shop.local/ns/shop/sa/storefront, the certificate", StringComparison.Ordinal) == true);
        Assert.Empty(host.Registry.Streams);
        Assert.Empty(client.Sink.Calls);
    }

    /// <summary>A server whose profile calls orders, which has one replica.</summary>
    private static async Task<AdsHost> ServeOrdersAsync()
    {
        var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        host.Cache.Publish(Profile, Samples.Calling("orders"));
        return host;
    }

    /// <summary>A client that has its first snapshot.</summary>
    private static async Task<RunningClient> ConnectAsync(AdsHost host, DirectoryInfo? state = null)
    {
        var client = new RunningClient(host.Address, state);
        await client.Sink.UntilAsync(sink => sink.Snapshot is not null);
        return client;
    }
}
