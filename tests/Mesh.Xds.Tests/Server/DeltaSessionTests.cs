using Envoy.Config.Endpoint.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

public sealed class DeltaSessionTests : SessionTests
{
    private protected override ISessionStream Open() => new ServedStream(Cache, Profile);

    private protected override string Response(string type, string[] changed, string[] all) => type + string.Concat(changed.Select(name => $" +{name}"));

    [Fact]
    public void Next_UpstreamGone_RemovalsComeLastListenersFirst()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(Cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        Publish("orders", "stock");

        Assert.Equal(
            [
                "CDS +shop/stock/http",
                "LDS +outbound/shop/stock/http",
                "LDS -outbound/shop/payments/http",
                "RDS -outbound/shop/payments/http",
                "CDS -shop/payments/http",
            ],
            stream.Drain());
    }

    [Fact]
    public void Next_ReconnectWithEqualVersions_NothingIsSent()
    {
        Publish("orders");
        var before = new ServedStream(Cache, Profile).AskForEverything("orders");
        var held = new List<(string TypeUrl, string Name, string Version)>();
        while (before.Next() is { } response)
        {
            held.AddRange(response.Resources.Select(resource => (response.TypeUrl, resource.Name, resource.Version)));
            before.Ack(response);
        }

        (string, string)[] Held(string typeUrl) => [.. held.Where(resource => resource.TypeUrl == typeUrl).Select(resource => (resource.Name, resource.Version))];
        var after = new ServedStream(Cache, Profile)
            .Ask(TypeUrls.Cluster, held: Held(TypeUrls.Cluster))
            .Ask(TypeUrls.Endpoints, ["shop/orders/http"], held: Held(TypeUrls.Endpoints))
            .Ask(TypeUrls.Listener, held: Held(TypeUrls.Listener))
            .Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"], held: Held(TypeUrls.RouteTable));

        Assert.Equal(5, held.Count);
        after.ExpectNothing();
    }

    [Fact]
    public void Next_ReconnectAfterAChange_OnlyTheChangeAndWhatIsGone()
    {
        Publish("orders");
        var stream = new ServedStream(Cache, Profile)
            .Ask(TypeUrls.Cluster, held: [("shop/orders/http", "old"), ("shop/gone/http", "old")]);

        Assert.Equal(["CDS +shop/orders/http", "CDS -shop/gone/http"], stream.Drain());
    }

    [Fact]
    public void Publish_SameContentInAnotherProcess_SameVersions()
    {
        var other = new SnapshotCache();
        Publish("orders");
        other.Publish(Profile, Samples.Calling("orders"));

        Assert.All(
            [TypeUrls.Cluster, TypeUrls.Listener, TypeUrls.RouteTable],
            typeUrl => Assert.Equal(Cache.VersionOf(Profile, typeUrl), other.VersionOf(Profile, typeUrl)));
        Assert.NotEqual(Cache.VersionOf(Profile, TypeUrls.Cluster), Cache.VersionOf(Profile, TypeUrls.Listener));
    }

    [Fact]
    public void Next_ClusterChangedWhileAway_ItsUnchangedEndpointsAreSentAgain()
    {
        Publish("orders");
        var endpoints = Cache.FindEndpoints("shop/orders/http")!;
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Cluster, held: [("shop/orders/http", "old")]);
        var clusters = stream.Expect(TypeUrls.Cluster);

        stream.Ask(TypeUrls.Endpoints, ["shop/orders/http"], held: [("shop/orders/http", endpoints.Version)]);
        stream.Ack(clusters);

        Assert.Equal(["EDS +shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_NackAndAskedForAgain_TheSameContentIsNotSent()
    {
        Publish("orders");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);
        stream.Nack(stream.Expect(TypeUrls.RouteTable), "routes[0]: no");

        stream.Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);

        stream.ExpectNothing();
    }

    [Fact]
    public void OnRequest_StaleNonce_IsNoAnswer()
    {
        Publish("orders");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Listener);
        var first = stream.Expect(TypeUrls.Listener);
        stream.Ack(first);
        Publish("orders", "payments");
        var second = stream.Expect(TypeUrls.Listener);

        stream.Nack(first, "too late");

        Assert.Equal([(TypeUrls.Listener, first.SystemVersionInfo, null)], stream.Answers);
        Publish("orders", "payments", "stock");
        stream.ExpectNothing();
        stream.Ack(second);
        stream.Expect(TypeUrls.Listener);
    }

    [Fact]
    public void OnRequest_StaleNonceWithSubscription_SubscriptionCounts()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);
        stream.Ack(stream.Expect(TypeUrls.RouteTable));

        stream.Ask(TypeUrls.RouteTable, ["outbound/shop/payments/http"]);

        Assert.Equal(["RDS +outbound/shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Next_ByNameSubscription_OnlyWhatIsAskedForAndWhatIsMissingIsSaid()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http", "outbound/shop/nobody/http"]);

        Assert.Equal(["RDS +outbound/shop/orders/http", "RDS -outbound/shop/nobody/http"], stream.Drain());
        stream.Ask(TypeUrls.RouteTable, unsubscribe: ["outbound/shop/orders/http"]);
        Cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "x.example")] });
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ListenersByName_AreNotAWildcard()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Listener, ["outbound/shop/orders/http"]);

        Assert.Equal(["LDS +outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_SubscribedAgainToWhatIsThere_IsSentAgain()
    {
        Publish("orders");
        var stream = new ServedStream(Cache, Profile).AskForEverything("orders");
        stream.Drain();

        stream.Ask(TypeUrls.Endpoints, ["shop/orders/http"]);

        Assert.Equal(["EDS +shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void PublishEndpoints_SameSetAgain_TouchesNobody()
    {
        Publish("orders");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http"]);
        stream.Drain();

        Assert.False(Cache.PublishEndpoints(Samples.Endpoints("orders", 1)).Changed);
        Assert.Equal(0, stream.EndpointCalls);
    }

    [Fact]
    public void WithdrawEndpoints_OfAServiceThatIsGone_SubscribersAreToldSoAndNothingOfItIsKept()
    {
        Cache.MarkEndpointsComplete();
        Publish("orders", "payments");
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http", "shop/payments/http"]);
        stream.Drain();
        var kept = Cache.EndpointSets;

        Assert.True(Cache.WithdrawEndpoints(["shop/payments/http"]));

        var response = stream.Expect(TypeUrls.Endpoints);
        Assert.Empty(Assert.Single(response.Resources).Resource_.Unpack<ClusterLoadAssignment>().Endpoints);
        Assert.Equal(kept - 1, Cache.EndpointSets);
        Assert.False(Cache.WithdrawEndpoints(["shop/payments/http"]));
    }

    [Fact]
    public void Publish_EqualSnapshot_ChangesNothing()
    {
        Assert.True(Cache.Publish(Profile, Samples.Calling("orders")).Changed);
        Assert.False(Cache.Publish(Profile, Samples.Calling("orders")).Changed);
    }

    [Fact]
    public void Publish_BrokenSnapshot_KeepsTheLastAndSaysWhy()
    {
        Publish("orders");
        var broken = Samples.Calling("orders");

        var result = Cache.Publish(Profile, broken with { Clusters = [broken.Clusters[0] with { Connect = TimeSpan.Zero }], RouteTables = [] });

        Assert.False(result.Published);
        Assert.Equal(
            ["CDS shop/orders/http: connect_timeout: gt=0s, but is \"0s\"",
             "LDS outbound/shop/orders/http: rds.route_config_name: the route table has to be there, but is 'outbound/shop/orders/http'"],
            result.Violations.Select(violation => violation.ToString()));
        Assert.Single(Cache.Publish(Profile, broken with { RouteTables = [] }).Violations);
        Assert.Equal(3, new ServedStream(Cache, Profile).AskForEverything("orders").Drain().Count(line => line[..3] != "EDS"));
    }

    [Fact]
    public void Next_MoreThanOneMessageCanHold_IsSplitAndNothingIsLost()
    {
        var names = Enumerable.Range(0, 4000).Select(i => $"service-{i}").ToArray();
        Cache.Publish(Profile, new ProxySnapshot { Identity = Samples.Storefront, Clusters = [.. names.Select(name => Samples.Cluster(name))] });
        var stream = new ServedStream(Cache, Profile).Ask(TypeUrls.Cluster);

        var responses = new List<Envoy.Service.Discovery.V3.DeltaDiscoveryResponse>();
        while (stream.Next() is { } response)
        {
            responses.Add(response);
            stream.Ack(response);
        }

        Assert.InRange(responses.Count, 2, 10);
        Assert.All(responses, response => Assert.InRange(response.CalculateSize(), 1, 4 * 1024 * 1024));
        Assert.Equal(names.Select(name => $"shop/{name}/http").Order(), responses.SelectMany(response => response.Resources).Select(resource => resource.Name).Order());
    }

    [Fact]
    public void Publish_NotExpressibleInXds_IsAViolationAndNotAnException()
    {
        var redirect = new RouteRule { Name = "r", Action = new RedirectAction { Status = 300 } };
        var snapshot = Samples.Calling("orders") with { RouteTables = [new RouteTable { Name = "outbound/shop/orders/http", Rules = [redirect] }] };

        Assert.Equal("has to be expressible in xDS", Assert.Single(Cache.Publish(Profile, snapshot).Violations).Rule);
    }
}
