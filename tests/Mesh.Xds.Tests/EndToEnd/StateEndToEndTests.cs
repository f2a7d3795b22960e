using Grpc.Core;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Tests.Server;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.EndToEnd;

/// <summary>State of the world on a real socket, beside delta.</summary>
public sealed class StateEndToEndTests
{
    private const string Node = "spiffe://shop.local/ns/shop/sa/storefront#client-1";

    private static readonly string Profile = Samples.Storefront.Text;

    [Fact]
    public async Task Stream_AskedByName_IsServedAndFollowsChanges()
    {
        await using var host = await ServeOrdersAsync();
        await using var client = new StateClient(host.Address, Node);

        Assert.Equal("LDS outbound/shop/orders/http", StateStream.Line(await client.GetAsync(TypeUrls.Listener, "outbound/shop/orders/http")));
        Assert.Equal("RDS outbound/shop/orders/http", StateStream.Line(await client.GetAsync(TypeUrls.RouteTable, "outbound/shop/orders/http")));
        Assert.Equal("CDS shop/orders/http", StateStream.Line(await client.GetAsync(TypeUrls.Cluster, "shop/orders/http")));
        var endpoints = await client.GetAsync(TypeUrls.Endpoints, "shop/orders/http");

        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001, 1002));

        Assert.NotEqual(endpoints.VersionInfo, (await client.ReadAsync()).VersionInfo);
        var status = await host.UntilAsync(stream => stream.Types.Count == 4);
        Assert.Equal((Node, "state client"), (status.NodeId, status.UserAgent));
        Assert.Equal(host.Cache.VersionOf(Profile, TypeUrls.Listener), status.Types[TypeUrls.Listener].AckedVersion);
    }

    [Fact]
    public async Task Stream_RestartedServer_OldVersionMeansTheSame()
    {
        var host = await ServeOrdersAsync();
        string version;
        await using (var before = new StateClient(host.Address, Node))
        {
            version = (await before.GetAsync(TypeUrls.Cluster, "shop/orders/http")).VersionInfo;
        }

        await host.StopAsync();
        await host.DisposeAsync();
        await using var next = await ServeOrdersAsync();
        await using var after = new StateClient(next.Address, Node);

        // Had the cluster been sent again, it would come before the listener.
        await after.AskAsync(TypeUrls.Cluster, version, names: "shop/orders/http");
        await after.AskAsync(TypeUrls.Listener, names: "outbound/shop/orders/http");

        Assert.Equal("LDS outbound/shop/orders/http", StateStream.Line(await after.ReadAsync()));
    }

    [Fact]
    public async Task Stream_NothingPublishedYet_IsOpenAndSilentUntilThereIs()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = new StateClient(host.Address, Node);
        await client.AskAsync(TypeUrls.Cluster);
        var status = await host.UntilAsync(_ => true);
        Assert.Empty(status.Types);

        host.Cache.Publish(Profile, Samples.Calling("orders"));

        Assert.Equal("CDS shop/orders/http", StateStream.Line(await client.ReadAsync()));
    }

    [Fact]
    public async Task Stream_ServerStops_EndsAtOnceAndSaysToComeBack()
    {
        var host = await ServeOrdersAsync();
        await using var client = new StateClient(host.Address, Node);
        await client.GetAsync(TypeUrls.Cluster);
        var end = Assert.ThrowsAsync<RpcException>(client.ReadAsync);

        // Kestrel would wait 30 s for the stream to end by itself.
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        // Where Kestrel closes the connection first, the client hears of a reset instead; it comes back after either.
        Assert.True((await end).StatusCode is StatusCode.Unavailable or StatusCode.Internal, (await end).ToString());
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stream_NodeOfAnotherIdentity_IsRefused()
    {
        await using var host = await AdsHost.StartAsync(peerIdentity: "spiffe://shop.local/ns/shop/sa/orders");
        host.Cache.Publish(Profile, Samples.Calling("orders"));
        await using var client = new StateClient(host.Address, Node);
        await client.AskAsync(TypeUrls.Cluster);

        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(client.ReadAsync)).StatusCode);
        Assert.Empty(host.Registry.Streams);
    }

    private static async Task<AdsHost> ServeOrdersAsync()
    {
        var host = await AdsHost.StartAsync();
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", 1001));
        host.Cache.Publish(Profile, Samples.Calling("orders"));
        return host;
    }
}
