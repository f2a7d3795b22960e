using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

public sealed class StateSessionTests
{
    private const string Profile = "storefront";

    private readonly SnapshotCache _cache = new();

    [Fact]
    public void Next_BeforeTheFirstSnapshot_SaysNothing()
    {
        var stream = new StateStream(_cache, Profile).AskForEverything("orders");

        stream.ExpectNothing();
    }

    [Fact]
    public void Next_FirstSnapshotComes_ClustersEndpointsListenersRoutesInThisOrder()
    {
        var stream = new StateStream(_cache, Profile).AskForEverything("orders");
        Publish("orders");

        Assert.Equal(
            ["CDS shop/orders/http", "EDS shop/orders/http", "LDS inbound/mesh outbound/shop/orders/http", "RDS outbound/shop/orders/http"],
            stream.Drain());
    }

    [Fact]
    public void Next_AskedAsGrpcClientsAsk_EachNameIsAnswered()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile);

        Assert.Equal(["LDS outbound/shop/orders/http"], stream.Ask(TypeUrls.Listener, "outbound/shop/orders/http").Drain());
        Assert.Equal(["RDS outbound/shop/orders/http"], stream.Ask(TypeUrls.RouteTable, "outbound/shop/orders/http").Drain());
        Assert.Equal(["CDS shop/orders/http"], stream.Ask(TypeUrls.Cluster, "shop/orders/http").Drain());
        Assert.Equal(["EDS shop/orders/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http").Drain());
    }

    [Fact]
    public void Next_ClustersNotAnswered_NothingOfLaterTypesIsSent()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders");

        var clusters = stream.Expect(TypeUrls.Cluster);
        stream.ExpectNothing();
        stream.Ack(clusters);

        stream.Expect(TypeUrls.Endpoints);
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_UnansweredAndMorePublished_OneResponsePerTypeThenTheNewestOnly()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster);
        var first = stream.Expect(TypeUrls.Cluster);

        Publish("orders", "a");
        Publish("orders", "b");
        Publish("orders", "c");

        stream.ExpectNothing();
        stream.Ack(first);
        Assert.Equal(["CDS shop/c/http shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_ClusterAdded_AllOfTheSubscriptionIsSent()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster);
        stream.Drain();

        Publish("orders", "payments");

        Assert.Equal(["CDS shop/orders/http shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Next_OneUpstreamForAnother_WhatIsGoneIsLeftOutLastAndListenersFirst()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        Publish("orders", "stock");

        Assert.Equal(
            [
                "CDS shop/orders/http shop/payments/http shop/stock/http",
                "LDS inbound/mesh outbound/shop/orders/http outbound/shop/payments/http outbound/shop/stock/http",
                "LDS inbound/mesh outbound/shop/orders/http outbound/shop/stock/http",
                "CDS shop/orders/http shop/stock/http",
            ],
            stream.Drain());
    }

    [Fact]
    public void Next_ByNameAndGone_IsLeftOut()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster, "shop/orders/http", "shop/payments/http");
        stream.Drain();

        Publish("orders");

        Assert.Equal(["CDS shop/orders/http"], stream.Drain());
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_RouteOrEndpointsChanged_OnlyWhatChangedIsSent()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        _cache.PublishEndpoints(Samples.Endpoints("payments", 1, 2));
        _cache.Publish(Profile, Samples.Calling("orders", "payments") with { RouteTables = [Samples.Table("orders", rewriteHost: "x.example"), Samples.Table("payments")] });

        Assert.Equal(["EDS shop/payments/http", "RDS outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_WildcardWithNothingToSend_IsAnsweredEmptyOnce()
    {
        _cache.Publish(Profile, new ProxySnapshot { Identity = Samples.Storefront });
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);

        Assert.Equal(["CDS", "LDS"], stream.Drain());
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_NameThatDoesNotExist_IsSaidAtOnceAndOnlyOnce()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Listener, "outbound/shop/nobody/http");

        Assert.Equal(["LDS"], stream.Drain());
        stream.ExpectNothing();
        Publish("nobody", "orders");
        Assert.Equal(["LDS outbound/shop/nobody/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_StarIsWildcardAndAnEmptyListAfterNamesIsNothing()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster, "*");
        Assert.Equal(["CDS shop/orders/http shop/payments/http"], stream.Drain());

        stream.Ask(TypeUrls.Cluster, "shop/orders/http").ExpectNothing();
        stream.Ask(TypeUrls.Cluster);
        Publish("orders", "payments", "stock");

        stream.ExpectNothing();
        Assert.Equal(["CDS shop/orders/http shop/payments/http shop/stock/http"], stream.Ask(TypeUrls.Cluster, "*").Drain());
    }

    [Fact]
    public void OnRequest_NameAdded_IsSentEvenIfItDidNotChange()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http");
        stream.Drain();

        Assert.Equal(["EDS shop/payments/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http").Drain());
        stream.Ask(TypeUrls.Endpoints, "shop/payments/http").ExpectNothing();
        Assert.Equal(["EDS shop/orders/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http").Drain());
    }

    [Fact]
    public void OnRequest_NameLeftOut_IsNotServedAnyLonger()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http");
        stream.Drain();

        stream.Ask(TypeUrls.Endpoints, "shop/orders/http");
        _cache.PublishEndpoints(Samples.Endpoints("payments", 7));

        Assert.Equal(0, stream.EndpointCalls);
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ClusterChanged_ItsUnchangedEndpointsAreSentAgain()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        var snapshot = Samples.Calling("orders", "payments");
        _cache.Publish(Profile, snapshot with { Clusters = [snapshot.Clusters[0] with { Connect = TimeSpan.FromSeconds(1) }, snapshot.Clusters[1]] });

        Assert.Equal(["CDS shop/orders/http shop/payments/http", "EDS shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_Nack_IsRecordedAndTheSameContentIsNeverSentAgain()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.RouteTable, "outbound/shop/orders/http");
        var response = stream.Expect(TypeUrls.RouteTable);

        stream.Nack(response, "routes[0]: no");

        Assert.Equal([(TypeUrls.RouteTable, _cache.VersionOf(Profile, TypeUrls.RouteTable)!, "routes[0]: no")], stream.Answers);
        stream.ExpectNothing();
        Publish("orders", "payments");
        stream.ExpectNothing();

        _cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "better.example")] });
        Assert.Equal(["RDS outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_NackOfAllListeners_NextAnswerComesWithTheNextChangeAndCarriesTheNewestOfEverything()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Listener);
        stream.Drain();
        var narrowed = Samples.Calling("orders", "payments") with { Inbound = [Samples.Calling().Inbound[0] with { Permissions = Samples.AllowFrom() }] };
        Publish("orders", "payments");
        _cache.Publish(Profile, narrowed);
        stream.Nack(stream.Expect(TypeUrls.Listener), "a listener that it cannot run");
        stream.ExpectNothing();

        Publish("orders", "payments", "stock");
        _cache.Publish(Profile, Samples.Calling("orders", "payments", "stock") with { Inbound = narrowed.Inbound });
        var next = stream.Expect(TypeUrls.Listener);

        Assert.Equal("LDS inbound/mesh outbound/shop/orders/http outbound/shop/payments/http outbound/shop/stock/http", StateStream.Line(next));
        var door = _cache.ResourcesOf(Profile).Single(resource => resource.Name == ResourceNames.MeshDoor);
        Assert.Contains(next.Resources, resource => resource.Value == door.Body);
    }

    [Fact]
    public void OnRequest_StaleNonce_IsIgnored()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Listener);
        var first = stream.Expect(TypeUrls.Listener);
        stream.Ack(first);
        Publish("orders", "payments");
        var second = stream.Expect(TypeUrls.Listener);

        stream.Say(TypeUrls.Listener, "", first.Nonce, "too late").Say(TypeUrls.Listener, "", "", "no nonce");

        Assert.Single(stream.Answers);
        Publish("orders", "payments", "stock");
        stream.ExpectNothing();
        stream.Ack(second);
        stream.Expect(TypeUrls.Listener);
    }

    [Fact]
    public void OnRequest_NamesAddedBeforeTheAnswerArrives_AreTakenFromTheAck()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.RouteTable, "outbound/shop/orders/http");
        var first = stream.Expect(TypeUrls.RouteTable);

        stream.Ask(TypeUrls.RouteTable, "outbound/shop/orders/http", "outbound/shop/payments/http").ExpectNothing();
        stream.Ack(first);

        Assert.Equal(["RDS outbound/shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void PublishEndpoints_OneClusterOfMany_TouchesOnlyItsSubscribers()
    {
        Publish("orders", "payments");
        var orders = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http");
        var payments = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/payments/http");
        orders.Drain();
        payments.Drain();

        _cache.PublishEndpoints(Samples.Endpoints("orders", 1, 2));

        Assert.Equal((1, 0), (orders.EndpointCalls, payments.EndpointCalls));
        Assert.Equal(["EDS shop/orders/http"], orders.Drain());
        payments.ExpectNothing();
    }

    [Fact]
    public void Next_EndpointsNotYetKnown_SaysNothingUntilTheyAreComplete()
    {
        _cache.Publish(Profile, Samples.Calling("orders"));
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http");
        stream.ExpectNothing();

        _cache.MarkEndpointsComplete();

        Assert.Equal("EDS shop/orders/http", StateStream.Line(stream.Expect(TypeUrls.Endpoints)));
    }

    [Fact]
    public void Publish_WithdrawnAndBackAgain_IsSentAgain()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Cluster);
        stream.Drain();
        Publish("orders");
        stream.Drain();

        Publish("orders", "payments");

        Assert.Equal(["CDS shop/orders/http shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Publish_WithTombstones_NothingIsLeftOutAndEndpointsAreEmpty()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        _cache.Publish(Profile, Samples.Calling("orders"), keepGone: true);
        _cache.PublishEndpoints(Samples.Endpoints("payments"));

        Assert.Equal(["EDS shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Publish_BrokenSnapshot_TheLastGoodOneIsServedOn()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).AskForEverything("orders");
        stream.Drain();
        var broken = Samples.Calling("orders");

        Assert.False(_cache.Publish(Profile, broken with { Clusters = [broken.Clusters[0] with { Connect = TimeSpan.Zero }] }).Published);

        stream.ExpectNothing();
        Assert.Equal(4, new StateStream(_cache, Profile).AskForEverything("orders").Drain().Count);
    }

    [Fact]
    public void Next_MoreEndpointsThanOneMessageCanHold_AreSplitAndALostRestIsSentAfterAReconnect()
    {
        var names = Enumerable.Range(0, 400).Select(i => $"service-{i}").ToArray();
        _cache.Publish(Profile, Samples.Calling(names));
        _cache.PublishEndpoints(names.Select(name => Samples.Endpoints(name, [.. Enumerable.Range(1, 120)])));
        string[] clusters = [.. names.Select(name => $"shop/{name}/http")];
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, clusters);
        var first = stream.Expect(TypeUrls.Endpoints);
        Assert.InRange(first.CalculateSize(), 1, 4 * 1024 * 1024);
        Assert.InRange(first.Resources.Count, 1, names.Length - 1);

        var after = new StateStream(_cache, Profile).AskAgain(TypeUrls.Endpoints, first.VersionInfo, clusters);

        var seen = after.Drain().SelectMany(line => line.Split(' ')).Where(word => word != "EDS").ToHashSet();
        Assert.Equal(clusters.ToHashSet(), seen);
    }

    [Fact]
    public void OnRequest_TypeThatIsNotServed_IsLeftUnanswered()
    {
        Publish("orders");

        new StateStream(_cache, Profile).Ask("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "svid").ExpectNothing();
    }

    private void Publish(params string[] services)
    {
        Assert.Empty(_cache.PublishEndpoints(services.Select(service => Samples.Endpoints(service, 1))).Violations);
        Assert.Empty(_cache.Publish(Profile, Samples.Calling(services)).Violations);
    }
}
