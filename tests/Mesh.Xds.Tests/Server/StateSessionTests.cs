using Mesh.Model.Snapshots;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

public sealed class StateSessionTests : SessionTests
{
    private protected override ISessionStream Open() => new StateStream(Cache, Profile);

    private protected override string Response(string type, string[] changed, string[] all) => string.Join(' ', [type, .. all]);

    [Fact]
    public void Next_AskedAsGrpcClientsAsk_EachNameIsAnswered()
    {
        Publish("orders", "payments");
        var stream = new StateStream(Cache, Profile);

        Assert.Equal(["LDS outbound/shop/orders/http"], stream.Ask(TypeUrls.Listener, "outbound/shop/orders/http").Drain());
        Assert.Equal(["RDS outbound/shop/orders/http"], stream.Ask(TypeUrls.RouteTable, "outbound/shop/orders/http").Drain());
        Assert.Equal(["CDS shop/orders/http"], stream.Ask(TypeUrls.Cluster, "shop/orders/http").Drain());
        Assert.Equal(["EDS shop/orders/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http").Drain());
    }

    [Fact]
    public void Next_ClusterAdded_AllOfTheSubscriptionIsSent()
    {
        Publish("orders");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Cluster);
        stream.Drain();

        Publish("orders", "payments");

        Assert.Equal(["CDS shop/orders/http shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Next_OneUpstreamForAnother_WhatIsGoneIsLeftOutLastAndListenersFirst()
    {
        Publish("orders", "payments");
        var stream = new StateStream(Cache, Profile).AskForEverything("orders", "payments");
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
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Cluster, "shop/orders/http", "shop/payments/http");
        stream.Drain();

        Publish("orders");

        Assert.Equal(["CDS shop/orders/http"], stream.Drain());
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_RouteOrEndpointsChanged_OnlyWhatChangedIsSent()
    {
        Publish("orders", "payments");
        var stream = new StateStream(Cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        Cache.PublishEndpoints(Samples.Endpoints("payments", 1, 2));
        Cache.Publish(Profile, Samples.Calling("orders", "payments") with { RouteTables = [Samples.Table("orders", rewriteHost: "x.example"), Samples.Table("payments")] });

        Assert.Equal(["EDS shop/payments/http", "RDS outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_NameThatDoesNotExist_IsSaidAtOnceAndOnlyOnce()
    {
        Publish("orders");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Listener, "outbound/shop/nobody/http");

        Assert.Equal(["LDS"], stream.Drain());
        stream.ExpectNothing();
        Publish("nobody", "orders");
        Assert.Equal(["LDS outbound/shop/nobody/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_StarIsWildcardAndAnEmptyListAfterNamesIsNothing()
    {
        Publish("orders", "payments");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Cluster, "*");
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
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http");
        stream.Drain();

        Assert.Equal(["EDS shop/payments/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http").Drain());
        stream.Ask(TypeUrls.Endpoints, "shop/payments/http").ExpectNothing();
        Assert.Equal(["EDS shop/orders/http"], stream.Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http").Drain());
    }

    [Fact]
    public void OnRequest_NameLeftOut_IsNotServedAnyLonger()
    {
        Publish("orders", "payments");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http", "shop/payments/http");
        stream.Drain();

        stream.Ask(TypeUrls.Endpoints, "shop/orders/http");
        Cache.PublishEndpoints(Samples.Endpoints("payments", 7));

        Assert.Equal(0, stream.EndpointCalls);
        stream.ExpectNothing();
    }

    [Fact]
    public void OnRequest_NackOfAllListeners_NextAnswerComesWithTheNextChangeAndCarriesTheNewestOfEverything()
    {
        Publish("orders");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Listener);
        stream.Drain();
        var narrowed = Samples.Calling("orders", "payments") with { Inbound = [Samples.Calling().Inbound[0] with { Permissions = Samples.AllowFrom() }] };
        Publish("orders", "payments");
        Cache.Publish(Profile, narrowed);
        stream.Nack(stream.Expect(TypeUrls.Listener), "a listener that it cannot run");
        stream.ExpectNothing();

        Publish("orders", "payments", "stock");
        Cache.Publish(Profile, Samples.Calling("orders", "payments", "stock") with { Inbound = narrowed.Inbound });
        var next = stream.Expect(TypeUrls.Listener);

        Assert.Equal("LDS inbound/mesh outbound/shop/orders/http outbound/shop/payments/http outbound/shop/stock/http", StateStream.Line(next));
        var door = Cache.ResourcesOf(Profile).Single(resource => resource.Name == ResourceNames.MeshDoor);
        Assert.Contains(next.Resources, resource => resource.Value == door.Body);
    }

    [Fact]
    public void OnRequest_StaleNonce_IsIgnored()
    {
        Publish("orders");
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Listener);
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
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.RouteTable, "outbound/shop/orders/http");
        var first = stream.Expect(TypeUrls.RouteTable);

        stream.Ask(TypeUrls.RouteTable, "outbound/shop/orders/http", "outbound/shop/payments/http").ExpectNothing();
        stream.Ack(first);

        Assert.Equal(["RDS outbound/shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Publish_BrokenSnapshot_TheLastGoodOneIsServedOn()
    {
        Publish("orders");
        var stream = new StateStream(Cache, Profile).AskForEverything("orders");
        stream.Drain();
        var broken = Samples.Calling("orders");

        Assert.False(Cache.Publish(Profile, broken with { Clusters = [broken.Clusters[0] with { Connect = TimeSpan.Zero }] }).Published);

        stream.ExpectNothing();
        Assert.Equal(4, new StateStream(Cache, Profile).AskForEverything("orders").Drain().Count);
    }

    [Fact]
    public void Next_MoreEndpointsThanOneMessageCanHold_AreSplitAndALostRestIsSentAfterAReconnect()
    {
        var names = Enumerable.Range(0, 400).Select(i => $"service-{i}").ToArray();
        Cache.Publish(Profile, Samples.Calling(names));
        Cache.PublishEndpoints(names.Select(name => Samples.Endpoints(name, [.. Enumerable.Range(1, 120)])));
        string[] clusters = [.. names.Select(name => $"shop/{name}/http")];
        var stream = new StateStream(Cache, Profile).Ask(TypeUrls.Endpoints, clusters);
        var first = stream.Expect(TypeUrls.Endpoints);
        Assert.InRange(first.CalculateSize(), 1, 4 * 1024 * 1024);
        Assert.InRange(first.Resources.Count, 1, names.Length - 1);

        var after = new StateStream(Cache, Profile).AskAgain(TypeUrls.Endpoints, first.VersionInfo, clusters);

        var seen = after.Drain().SelectMany(line => line.Split(' ')).Where(word => word != "EDS").ToHashSet();
        Assert.Equal(clusters.ToHashSet(), seen);
    }
}
