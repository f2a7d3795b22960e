using Envoy.Config.Route.V3;
using Google.Protobuf;
using Mesh.Model.Snapshots;
using Mesh.Xds.Proxyless;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Tests.EndToEnd;
using Mesh.Xds.Wire;
using WeightedCluster = Mesh.Model.Snapshots.WeightedCluster;

namespace Mesh.Xds.Tests.RealClients;

/// <summary>grpc-js with xDS at our server.</summary>
public sealed class NodeClientTests
{
    private const string Node = "spiffe://shop.local/ns/shop/sa/storefront#storefront-1";
    private const string Target = "xds:///http.orders.shop";
    private const string Orders = "shop/orders/http";

    private static readonly string Profile = Samples.Storefront.Text;

    [Fact]
    public async Task Split_ChangedWhileItRuns_IsFollowed()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 2);
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", client.Ports[0]), Samples.Endpoints("payments", client.Ports[1]));
        Publish(host, Split(75, 25));

        // Of 200 calls 50 go the other way; five standard deviations are 31.
        var first = await client.CallAsync(200);
        Assert.True(first.Errors.Count == 0, first.Detail);
        Assert.InRange(first.Answers["s1"], 15, 85);

        Publish(host, Split(0, 1));
        Assert.Equal("s1:20", (await client.UntilAsync(20, result => !result.Answers.ContainsKey("s0"))).ToString());
    }

    [Fact]
    public async Task Endpoints_ThatComeAndGo_AreFollowedByWeight()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 3);
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", client.Ports[0]));
        Publish(host, Samples.Calling("orders"));
        Assert.Equal("s0:10", (await client.CallAsync(10)).ToString());

        host.Cache.PublishEndpoints(new EndpointSet(Orders, [new("127.0.0.1", client.Ports[1], "b", Weight: 1), new("127.0.0.1", client.Ports[2], "c", Weight: 9)]));
        await client.UntilAsync(10, result => !result.Answers.ContainsKey("s0"));

        // Nine of ten; six standard deviations are 25.
        var weighted = await client.UntilAsync(200, result => result.Answers.GetValueOrDefault("s1") > 0);
        Assert.InRange(weighted.Answers["s2"], 155, 199);
    }

    [Fact]
    public async Task Table_ThatItRefuses_IsShownAndItsLastGoodOneServesOn()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 1);
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", client.Ports[0]));
        Publish(host, Samples.Calling("orders"));
        Assert.Equal("s0:3", (await client.CallAsync(3)).ToString());

        PublishBuilt(host, Change(Build("orders"), TypeUrls.RouteTable, RouteConfiguration.Parser, table => table.VirtualHosts[0].Routes[0].Redirect = new() { HostRedirect = "elsewhere" }));
        var status = await host.UntilAsync(stream => stream.Types.GetValueOrDefault(TypeUrls.RouteTable)?.Error is not null);

        Assert.Contains("unsupported action: redirect", status.Types[TypeUrls.RouteTable].Error, StringComparison.Ordinal);
        Assert.Equal("s0:10", (await client.CallAsync(10)).ToString());
        Publish(host, Samples.Calling("orders"));
        await host.UntilAsync(stream => stream.Types[TypeUrls.RouteTable] is { Error: null, IsPending: false });
        Assert.Equal("s0:3", (await client.CallAsync(3)).ToString());
    }

    [Fact]
    public async Task Upstream_DeletedAndDeclaredAgain_FailsAndAnswersAgain()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 1);
        host.Cache.PublishEndpoints(Samples.Endpoints("orders", client.Ports[0]));
        Publish(host, Samples.Calling("orders"));
        Assert.Equal("s0:3", (await client.CallAsync(3)).ToString());

        Publish(host, Samples.Calling("payments"));
        await client.UntilAsync(1, result => result.Errors.ContainsKey("UNAVAILABLE"));
        Publish(host, Samples.Calling("orders"));

        Assert.Equal("s0:3", (await client.UntilAsync(3, result => result.Errors.Count == 0)).ToString());
    }

    [Fact]
    public async Task NoBackend_FailsAtOnce()
    {
        await using var host = await AdsHost.StartAsync();
        await using var client = await GrpcClient.StartAsync(host.Address, Node, Target, servers: 1);
        Publish(host, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders") with { Rules = [new RouteRule { Name = "moved", Action = new Mesh.Model.Snapshots.RedirectAction { Host = "elsewhere" } }] }] });

        Assert.Equal("UNAVAILABLE:3", (await client.CallAsync(3)).ToString());
    }

    private static ProxySnapshot Split(int orders, int payments)
    {
        var rule = new RouteRule { Name = "split", Action = new ForwardAction { Backends = [new WeightedCluster(Orders, orders), new WeightedCluster("shop/payments/http", payments)] } };
        return Samples.Calling("orders", "payments") with { RouteTables = [Samples.Table("orders") with { Rules = [rule] }, Samples.Table("payments")] };
    }

    private static void Publish(AdsHost host, ProxySnapshot snapshot) => PublishBuilt(host, ProxylessBuilder.Build(snapshot));

    private static void PublishBuilt(AdsHost host, BuiltSnapshot built) =>
        Assert.Empty(host.Cache.Publish(Profile, PreparedSnapshot.Of(built), keepGone: true).Violations);

    private static BuiltSnapshot Build(params string[] services) => ProxylessBuilder.Build(Samples.Calling(services));

    private static BuiltSnapshot Change<T>(BuiltSnapshot built, string typeUrl, MessageParser<T> parser, Action<T> change)
        where T : IMessage<T> => built with
        {
            Resources =
            [
                .. built.Resources.Select(resource =>
                {
                    if (resource.TypeUrl != typeUrl)
                    {
                        return resource;
                    }

                    var message = parser.ParseFrom(resource.Body);
                    change(message);
                    return XdsResource.From(typeUrl, resource.Name, message);
                }),
            ],
        };
}
