using Envoy.Admin.V3;
using Envoy.Service.Status.V3;
using Envoy.Type.Matcher.V3;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Tests.Api;

/// <summary>CSDS: who sees which clients, and what of them.</summary>
public sealed class ClientStatusTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders"), Documents.Service("payments")));
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Fetch_ClientThatRefused_ShowsItsError()
    {
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");
        await client.AskAsync(TypeUrls.Listener, "orders");
        await client.NextAsync(TypeUrls.Listener);
        await client.AskAsync(TypeUrls.Cluster, "default/orders/http");
        await client.NextAsync(TypeUrls.Cluster, error: "I have no such provider");
        using var reader = FakeSidecar.Unknown(_host);
        using var channel = reader.Connect();

        var config = Assert.Single(await UntilAsync(channel, ControlPlaneHost.ReaderToken, configs => configs.Any(c => c.GenericXdsConfigs.Count == 2 && c.GenericXdsConfigs.All(x => x.ConfigStatus != ConfigStatus.Stale))));

        Assert.Equal(("spiffe://shop.local/ns/default/sa/storefront#one", "grpc"), (config.Node.Id, config.ClientScope));
        var cluster = config.GenericXdsConfigs.Single(x => x.TypeUrl == TypeUrls.Cluster);
        Assert.Equal((ConfigStatus.Error, ClientResourceStatus.Nacked, "I have no such provider", ""), (cluster.ConfigStatus, cluster.ClientStatus, cluster.ErrorState.Details, cluster.VersionInfo));
        var listener = config.GenericXdsConfigs.Single(x => x.TypeUrl == TypeUrls.Listener);
        Assert.Equal((ConfigStatus.Synced, ClientResourceStatus.Acked, null), (listener.ConfigStatus, listener.ClientStatus, listener.ErrorState));
    }

    [Fact]
    public async Task Fetch_WithAnSvid_SeesTheClientsOfThatIdentityAlone()
    {
        await using var storefront = await ProxylessClient.StartAsync(_host, "storefront");
        await using var orders = await ProxylessClient.StartAsync(_host, "orders");
        foreach (var client in new[] { storefront, orders })
        {
            await client.AskAsync(TypeUrls.Cluster);
            await client.NextAsync(TypeUrls.Cluster);
        }

        using var reader = FakeSidecar.Unknown(_host);
        using var readers = reader.Connect();
        Assert.Equal(2, (await UntilAsync(readers, ControlPlaneHost.AdminToken, configs => configs.Count == 2)).Count);
        using var identity = await FakeSidecar.EnrolledAsync(_host, "orders");
        using var channel = identity.Connect();
        Assert.Equal("spiffe://shop.local/ns/default/sa/orders#one", Assert.Single(await FetchAsync(channel, token: null)).Node.Id);

        var one = new ClientStatusRequest { NodeMatchers = { new NodeMatcher { NodeId = new StringMatcher { Contains = "/sa/storefront#" } } } };
        Assert.Equal("spiffe://shop.local/ns/default/sa/storefront#one", Assert.Single(await FetchAsync(readers, ControlPlaneHost.ReaderToken, one)).Node.Id);
        Assert.Empty(await FetchAsync(channel, token: null, one));
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("wrong-0123456789abcdef0123456789abcdef", StatusCode.Unauthenticated)]
    [InlineData(ControlPlaneHost.NobodyToken, StatusCode.PermissionDenied)]
    public async Task Fetch_WithoutTheRight_IsRefused(string? token, StatusCode expected)
    {
        using var stranger = FakeSidecar.Unknown(_host);
        using var channel = stranger.Connect();

        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => FetchAsync(channel, token))).StatusCode);
    }

    [Fact]
    public async Task Stream_EachRequest_IsAnsweredWithTheStateOfTheMoment()
    {
        using var reader = FakeSidecar.Unknown(_host);
        using var channel = reader.Connect();
        using var call = new ClientStatusDiscoveryService.ClientStatusDiscoveryServiceClient(channel).StreamClientStatus(Headers(ControlPlaneHost.ReaderToken), cancellationToken: TestContext.Current.CancellationToken);

        await call.RequestStream.WriteAsync(new ClientStatusRequest(), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Empty(call.ResponseStream.Current.Config);
        await using var client = await ProxylessClient.StartAsync(_host, "storefront");
        await client.AskAsync(TypeUrls.Cluster);
        await client.NextAsync(TypeUrls.Cluster);
        await call.RequestStream.WriteAsync(new ClientStatusRequest(), TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Single(call.ResponseStream.Current.Config);
    }

    private static Metadata Headers(string? token) => token is null ? [] : new Metadata { { "authorization", $"Bearer {token}" } };

    private static async Task<IReadOnlyList<ClientConfig>> FetchAsync(GrpcChannel channel, string? token, ClientStatusRequest? request = null)
    {
        var answer = await new ClientStatusDiscoveryService.ClientStatusDiscoveryServiceClient(channel).FetchClientStatusAsync(
            request ?? new ClientStatusRequest(), Headers(token), TimeProvider.System.GetUtcNow().AddSeconds(30).UtcDateTime, TestContext.Current.CancellationToken);
        return answer.Config;
    }

    private static async Task<IReadOnlyList<ClientConfig>> UntilAsync(GrpcChannel channel, string token, Func<IReadOnlyList<ClientConfig>, bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            var configs = await FetchAsync(channel, token);
            if (condition(configs))
            {
                return configs;
            }
        }
    }
}
