using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Client;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>A client that refuses routes goes on with the ones before: what those lead to has to be there, and true.</summary>
public sealed class RefusedRoutesTests
{
    private const string Profile = "storefront";
    private const string Orders = "shop/orders/http";
    private const string Table = "outbound/shop/orders/http";

    private readonly SnapshotCache _cache = new();

    public RefusedRoutesTests()
    {
        _cache.PublishEndpoints(Samples.Endpoints("orders", 1), Samples.Endpoints("orders-v2", 2), Samples.Endpoints("payments", 3));
        Publish(Samples.Calling("orders", "payments"));
    }

    [Fact]
    public void Next_RoutesToAnotherServiceAreRefused_TheServiceOfTheOnesBeforeStaysUntilTheyAreAccepted()
    {
        var stream = Connected();
        Publish(Moved());
        Assert.Equal(["CDS +shop/orders-v2/http"], Until(stream, TypeUrls.RouteTable, out var routes));

        stream.Nack(routes, $"{Table}: says something that this version does not understand");

        stream.ExpectNothing();
        Publish(Moved(rewriteHost: "mended.example"));
        Assert.Equal([$"RDS +{Table}", $"CDS -{Orders}"], stream.Drain());
    }

    [Fact]
    public void Next_RoutesToAnotherServiceAreRefused_ReplicasOfTheServiceBeforeAreToldOn()
    {
        var stream = Connected();
        Publish(Moved());
        Until(stream, TypeUrls.RouteTable, out var routes);

        // Between the routes and their refusal, when nobody knows yet that it matters.
        _cache.PublishEndpoints(Samples.Endpoints("orders", 1, 7));
        stream.ExpectNothing();
        stream.Nack(routes, "no");
        Assert.Equal([$"EDS +{Orders}"], stream.Drain());

        _cache.PublishEndpoints(Samples.Endpoints("orders", 7));
        Assert.Equal([$"EDS +{Orders}"], stream.Drain());
        Publish(Moved(rewriteHost: "mended.example"));
        stream.Drain();
        _cache.PublishEndpoints(Samples.Endpoints("orders", 9));
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_RoutesAreRefusedAndTakenBack_NothingIsLeftBehind()
    {
        var stream = Connected();
        Publish(Moved());
        Until(stream, TypeUrls.RouteTable, out var routes);
        stream.Nack(routes, "no");
        stream.ExpectNothing();

        Publish(Samples.Calling("orders", "payments"));

        Assert.Equal([$"RDS +{Table}", "CDS -shop/orders-v2/http"], stream.Drain());
    }

    [Fact]
    public void Next_OneRouteTableOfTwoIsRefused_OnlyThatOneHoldsUpWhatGoes()
    {
        var stream = Connected();
        Publish(Moved() with { RouteTables = [Moved().RouteTables[0], Samples.Table("payments", rewriteHost: "x.example")] });
        Until(stream, TypeUrls.RouteTable, out var routes);
        Assert.Equal(2, routes.Resources.Count);
        stream.Nack(routes, $"{Table}: no");
        stream.ExpectNothing();

        Publish(Moved(rewriteHost: "mended.example") with { RouteTables = [Moved("mended.example").RouteTables[0], Samples.Table("payments", rewriteHost: "x.example")] });

        Assert.Equal([$"RDS +{Table}", $"CDS -{Orders}"], stream.Drain());
    }

    [Fact]
    public void Next_ListenerThatSpeaksOtherwiseIsRefused_TheRoutesOfTheOneBeforeStay()
    {
        var stream = Connected();
        var calling = Samples.Calling("orders", "payments");
        Publish(calling with
        {
            Outbound = [calling.Outbound[0] with { Protocol = AppProtocol.Tcp, TcpBackends = [new WeightedCluster(Orders)] }, calling.Outbound[1]],
            RouteTables = [calling.RouteTables[1]],
        });
        Until(stream, TypeUrls.Listener, out var listeners);

        stream.Nack(listeners, "no");

        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ReconnectAndRefusedAgain_WhatTheClientHasStays()
    {
        Publish(Moved());
        var stream = new ServedStream(_cache, Profile)
            .Ask(TypeUrls.Cluster, held: [(Orders, "old"), ("shop/payments/http", "old")])
            .Ask(TypeUrls.Listener)
            .Ask(TypeUrls.RouteTable, [Table], held: [(Table, "old")]);
        Until(stream, TypeUrls.RouteTable, out var routes);

        stream.Nack(routes, "no");

        stream.ExpectNothing();
    }

    [Fact]
    public void Sidecar_ThatIsTooOldForNewRoutes_KeepsTheOldOnesWithTheServiceThatTheyLeadTo()
    {
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);
        var sidecar = new FollowingClient();
        Talk(stream, sidecar, tooNew: _ => false);

        Publish(Moved());
        Talk(stream, sidecar, tooNew: name => name == Table);
        _cache.PublishEndpoints(Samples.Endpoints("orders", 8));
        Talk(stream, sidecar, tooNew: _ => false);

        var live = sidecar.Sink.Snapshot!;
        Assert.Equal([new WeightedCluster(Orders)], Assert.IsType<ForwardAction>(live.RouteTables.Single(table => table.Name == Table).Rules[0].Action).Backends);
        Assert.Contains(live.Clusters, cluster => cluster.Name == Orders);
        Assert.Equal(8, Assert.Single(sidecar.Sink.Endpoints[Orders].Endpoints).Port);
    }

    // All traffic for orders goes to orders-v2.
    private static ProxySnapshot Moved(string? rewriteHost = null) => Samples.Calling("orders", "payments") with
    {
        RouteTables =
        [
            Samples.Table("orders") with
            {
                Rules = [new RouteRule { Name = "all", Action = new ForwardAction { Backends = [new WeightedCluster("shop/orders-v2/http")], RewriteHost = rewriteHost } }],
            },
            Samples.Table("payments"),
        ],
        Clusters = [Samples.Cluster("orders-v2"), Samples.Cluster("payments")],
    };

    private void Publish(ProxySnapshot snapshot) => Assert.Empty(_cache.Publish(Profile, snapshot).Violations);

    private ServedStream Connected()
    {
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();
        return stream;
    }

    // Accepts what comes before a type.
    private static List<string> Until(ServedStream stream, string typeUrl, out DeltaDiscoveryResponse response)
    {
        var seen = new List<string>();
        while ((response = stream.Next()!).TypeUrl != typeUrl)
        {
            seen.Add(TypeUrls.ShortName(response.TypeUrl) + string.Concat(response.Resources.Select(resource => $" +{resource.Name}")));
            stream.Ack(response);
        }

        return seen;
    }

    private static Resource Garbled(Resource resource) => new(resource) { Resource_ = new(resource.Resource_) { Value = ByteString.CopyFromUtf8("\u0007 not a message") } };

    private static void Talk(ServedStream stream, FollowingClient sidecar, Func<string, bool> tooNew)
    {
        while (stream.Next() is { } response)
        {
            var resources = response.Resources.Select(resource => XdsResource.From(tooNew(resource.Name) ? Garbled(resource) : resource));
            foreach (var said in sidecar.Send(response.TypeUrl, resources, [.. response.RemovedResources]))
            {
                var words = said.Split(' ');
                switch (words[1])
                {
                    case "ack":
                        stream.Ack(response);
                        break;
                    case "nack:":
                        stream.Nack(response, said[(said.IndexOf(':', StringComparison.Ordinal) + 2)..]);
                        break;
                    default:
                        stream.Ask(
                            TypeUrls.InOrder.Single(type => TypeUrls.ShortName(type) == words[0]),
                            [.. words.Where(word => word[0] == '+').Select(word => word[1..])],
                            [.. words.Where(word => word[0] == '-').Select(word => word[1..])]);
                        break;
                }
            }
        }
    }
}
