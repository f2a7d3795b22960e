using Envoy.Config.Endpoint.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

public sealed class DeltaSessionTests
{
    private const string Profile = "storefront";

    private readonly SnapshotCache _cache = new();

    [Fact]
    public void Next_BeforeTheFirstSnapshot_SaysNothing()
    {
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders");

        stream.ExpectNothing();
    }

    [Fact]
    public void Next_FirstSnapshotComes_ClustersEndpointsListenersRoutesInThisOrder()
    {
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders");
        Publish("orders");

        Assert.Equal(
            ["CDS +shop/orders/http", "EDS +shop/orders/http", "LDS +inbound/mesh +outbound/shop/orders/http", "RDS +outbound/shop/orders/http"],
            stream.Drain().Select(Sorted));
    }

    [Fact]
    public void Next_ClustersNotAnswered_NothingOfLaterTypesIsSent()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders");

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
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Listener);
        var first = stream.Expect(TypeUrls.Listener);

        Publish("orders", "a");
        Publish("orders", "b");
        Publish("orders", "c");

        stream.ExpectNothing();
        stream.Ack(first);
        Assert.Equal(["LDS +outbound/shop/c/http"], stream.Drain());
    }

    [Fact]
    public void Next_UpstreamGone_RemovalsComeLastListenersFirst()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders", "payments");
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
    public void Next_WildcardWithNothingToSend_IsAnsweredEmptyOnce()
    {
        _cache.Publish(Profile, new ProxySnapshot { Identity = Samples.Storefront });
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);

        Assert.Equal(["CDS", "LDS"], stream.Drain());
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ReconnectWithEqualVersions_NothingIsSent()
    {
        Publish("orders");
        var before = new ServedStream(_cache, Profile).AskForEverything("orders");
        var held = new List<(string TypeUrl, string Name, string Version)>();
        while (before.Next() is { } response)
        {
            held.AddRange(response.Resources.Select(resource => (response.TypeUrl, resource.Name, resource.Version)));
            before.Ack(response);
        }

        (string, string)[] Held(string typeUrl) => [.. held.Where(resource => resource.TypeUrl == typeUrl).Select(resource => (resource.Name, resource.Version))];
        var after = new ServedStream(_cache, Profile)
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
        var stream = new ServedStream(_cache, Profile)
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
            typeUrl => Assert.Equal(_cache.VersionOf(Profile, typeUrl), other.VersionOf(Profile, typeUrl)));
        Assert.NotEqual(_cache.VersionOf(Profile, TypeUrls.Cluster), _cache.VersionOf(Profile, TypeUrls.Listener));
    }

    [Fact]
    public void Next_ClusterChanged_ItsUnchangedEndpointsAreSentAgain()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        var snapshot = Samples.Calling("orders", "payments");
        _cache.Publish(Profile, snapshot with { Clusters = [snapshot.Clusters[0] with { Connect = TimeSpan.FromSeconds(1) }, snapshot.Clusters[1]] });

        Assert.Equal(["CDS +shop/orders/http", "EDS +shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_ClusterChangedWhileAway_ItsUnchangedEndpointsAreSentAgain()
    {
        Publish("orders");
        var endpoints = _cache.FindEndpoints("shop/orders/http")!;
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Cluster, held: [("shop/orders/http", "old")]);
        var clusters = stream.Expect(TypeUrls.Cluster);

        stream.Ask(TypeUrls.Endpoints, ["shop/orders/http"], held: [("shop/orders/http", endpoints.Version)]);
        stream.Ack(clusters);

        Assert.Equal(["EDS +shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_Nack_IsRecordedAndTheSameContentIsNeverSentAgain()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);
        var response = stream.Expect(TypeUrls.RouteTable);

        stream.Nack(response, "routes[0]: no");

        Assert.Equal([(TypeUrls.RouteTable, response.SystemVersionInfo, "routes[0]: no")], stream.Answers);
        stream.ExpectNothing();
        Publish("orders", "payments");
        stream.ExpectNothing();
        stream.Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);
        stream.ExpectNothing();

        _cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "better.example")] });
        Assert.Equal(["RDS +outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void OnRequest_StaleNonce_IsNoAnswer()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Listener);
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
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http"]);
        stream.Ack(stream.Expect(TypeUrls.RouteTable));

        stream.Ask(TypeUrls.RouteTable, ["outbound/shop/payments/http"]);

        Assert.Equal(["RDS +outbound/shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Next_ByNameSubscription_OnlyWhatIsAskedForAndWhatIsMissingIsSaid()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.RouteTable, ["outbound/shop/orders/http", "outbound/shop/nobody/http"]);

        Assert.Equal(["RDS +outbound/shop/orders/http", "RDS -outbound/shop/nobody/http"], stream.Drain());
        stream.Ask(TypeUrls.RouteTable, unsubscribe: ["outbound/shop/orders/http"]);
        _cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "x.example")] });
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ListenersByName_AreNotAWildcard()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Listener, ["outbound/shop/orders/http"]);

        Assert.Equal(["LDS +outbound/shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void Next_SubscribedAgainToWhatIsThere_IsSentAgain()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders");
        stream.Drain();

        stream.Ask(TypeUrls.Endpoints, ["shop/orders/http"]);

        Assert.Equal(["EDS +shop/orders/http"], stream.Drain());
    }

    [Fact]
    public void PublishEndpoints_OneClusterOfMany_TouchesOnlyItsSubscribers()
    {
        Publish("orders", "payments");
        var orders = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http"]);
        var payments = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/payments/http"]);
        orders.Drain();
        payments.Drain();

        _cache.PublishEndpoints(Samples.Endpoints("orders", 1, 2));

        Assert.Equal((1, 0), (orders.EndpointCalls, payments.EndpointCalls));
        Assert.Equal(["EDS +shop/orders/http"], orders.Drain());
        payments.ExpectNothing();
    }

    [Fact]
    public void PublishEndpoints_SameSetAgain_TouchesNobody()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http"]);
        stream.Drain();

        Assert.False(_cache.PublishEndpoints(Samples.Endpoints("orders", 1)).Changed);
        Assert.Equal(0, stream.EndpointCalls);
    }

    [Fact]
    public void Next_EndpointsNotYetKnown_SaysNothingUntilTheyAreComplete()
    {
        _cache.Publish(Profile, Samples.Calling("orders"));
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http"]);
        stream.ExpectNothing();

        _cache.MarkEndpointsComplete();

        var response = stream.Expect(TypeUrls.Endpoints);
        Assert.Equal("shop/orders/http", Assert.Single(response.Resources).Name);
        Assert.Empty(response.RemovedResources);
    }

    [Fact]
    public void WithdrawEndpoints_OfAServiceThatIsGone_SubscribersAreToldSoAndNothingOfItIsKept()
    {
        _cache.MarkEndpointsComplete();
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/orders/http", "shop/payments/http"]);
        stream.Drain();
        var kept = _cache.EndpointSets;

        Assert.True(_cache.WithdrawEndpoints(["shop/payments/http"]));

        var response = stream.Expect(TypeUrls.Endpoints);
        Assert.Empty(Assert.Single(response.Resources).Resource_.Unpack<ClusterLoadAssignment>().Endpoints);
        Assert.Equal(kept - 1, _cache.EndpointSets);
        Assert.False(_cache.WithdrawEndpoints(["shop/payments/http"]));
    }

    [Fact]
    public void Publish_WithdrawnAndBackAgain_IsSentAgain()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);
        stream.Drain();
        Publish("orders");
        stream.Drain();

        Publish("orders", "payments");

        Assert.Equal(["CDS +shop/payments/http", "LDS +outbound/shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Publish_WithTombstones_ListenerAndRouteStayAndEndpointsAreEmpty()
    {
        Publish("orders", "payments");
        var stream = new ServedStream(_cache, Profile).AskForEverything("orders", "payments");
        stream.Drain();

        _cache.Publish(Profile, Samples.Calling("orders"), keepGone: true);
        _cache.PublishEndpoints(Samples.Endpoints("payments"));

        Assert.Equal(["EDS +shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Publish_EqualSnapshot_ChangesNothing()
    {
        Assert.True(_cache.Publish(Profile, Samples.Calling("orders")).Changed);
        Assert.False(_cache.Publish(Profile, Samples.Calling("orders")).Changed);
    }

    [Fact]
    public void Publish_BrokenSnapshot_KeepsTheLastAndSaysWhy()
    {
        Publish("orders");
        var broken = Samples.Calling("orders");

        var result = _cache.Publish(Profile, broken with { Clusters = [broken.Clusters[0] with { Connect = TimeSpan.Zero }], RouteTables = [] });

        Assert.False(result.Published);
        Assert.Equal(
            ["CDS shop/orders/http: connect_timeout: gt=0s, but is \"0s\"",
             "LDS outbound/shop/orders/http: rds.route_config_name: the route table has to be there, but is 'outbound/shop/orders/http'"],
            result.Violations.Select(violation => violation.ToString()));
        Assert.Single(_cache.Publish(Profile, broken with { RouteTables = [] }).Violations);
        Assert.Equal(3, new ServedStream(_cache, Profile).AskForEverything("orders").Drain().Count(line => line[..3] != "EDS"));
    }

    [Fact]
    public void Next_MoreThanOneMessageCanHold_IsSplitAndNothingIsLost()
    {
        var names = Enumerable.Range(0, 4000).Select(i => $"service-{i}").ToArray();
        _cache.Publish(Profile, new ProxySnapshot { Identity = Samples.Storefront, Clusters = [.. names.Select(name => Samples.Cluster(name))] });
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Cluster);

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

        Assert.Equal("has to be expressible in xDS", Assert.Single(_cache.Publish(Profile, snapshot).Violations).Rule);
    }

    [Fact]
    public void OnRequest_TypeThatIsNotServed_IsLeftUnanswered()
    {
        Publish("orders");
        var stream = new ServedStream(_cache, Profile).Ask("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", ["svid"]);

        stream.ExpectNothing();
    }

    private static string Sorted(string line) => string.Join(' ', line.Split(' ').Order(StringComparer.Ordinal).OrderByDescending(word => word.Length == 3));

    private void Publish(params string[] services)
    {
        Assert.Empty(_cache.PublishEndpoints(services.Select(service => Samples.Endpoints(service, 1))).Violations);
        Assert.Empty(_cache.Publish(Profile, Samples.Calling(services)).Violations);
    }
}
