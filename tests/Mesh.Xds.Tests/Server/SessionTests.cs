using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>What holds for every stream, whether its client asks for differences or for the state of the world.</summary>
public abstract class SessionTests
{
    private protected const string Profile = "storefront";

    private protected SnapshotCache Cache { get; } = new();

    private protected abstract ISessionStream Open();

    /// <summary>A response as <see cref="ISessionStream.Drain"/> says it.</summary>
    /// <param name="type">CDS, EDS, LDS or RDS.</param>
    /// <param name="changed">What is new of what is asked for.</param>
    /// <param name="all">All that is asked for.</param>
    private protected abstract string Response(string type, string[] changed, string[] all);

    private protected string Response(string type, params string[] names) => Response(type, names, names);

    [Fact]
    public void Next_BeforeTheFirstSnapshot_SaysNothing() => Open().AskForEverything("orders").ExpectNothing();

    [Fact]
    public void Next_FirstSnapshotComes_ClustersEndpointsListenersRoutesInThisOrder()
    {
        var stream = Open().AskForEverything("orders");
        Publish("orders");

        Assert.Equal(
            [
                Response("CDS", "shop/orders/http"),
                Response("EDS", "shop/orders/http"),
                Response("LDS", "inbound/mesh", "outbound/shop/orders/http"),
                Response("RDS", "outbound/shop/orders/http"),
            ],
            stream.Drain());
    }

    [Fact]
    public void Next_ClustersNotAnswered_NothingOfLaterTypesIsSent()
    {
        Publish("orders");
        var stream = Open().AskForEverything("orders");

        var answer = stream.Take(TypeUrls.Cluster);
        stream.ExpectNothing();
        answer(null);

        stream.Take(TypeUrls.Endpoints);
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_UnansweredAndMorePublished_OneResponsePerTypeThenTheNewestOnly()
    {
        Publish("orders");
        var stream = Open().Ask(TypeUrls.Cluster);
        var answer = stream.Take(TypeUrls.Cluster);

        Publish("orders", "a");
        Publish("orders", "a", "b");

        stream.ExpectNothing();
        answer(null);
        Assert.Equal([Response("CDS", ["shop/a/http", "shop/b/http"], ["shop/a/http", "shop/b/http", "shop/orders/http"])], stream.Drain());
    }

    [Fact]
    public void Next_WildcardWithNothingToSend_IsAnsweredEmptyOnce()
    {
        Cache.Publish(Profile, new ProxySnapshot { Identity = Samples.Storefront });
        var stream = Open().Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);

        Assert.Equal([Response("CDS"), Response("LDS")], stream.Drain());
        stream.ExpectNothing();
    }

    [Fact]
    public void Next_ClusterChanged_ItsUnchangedEndpointsAreSentAgain()
    {
        Publish("orders", "payments");
        var stream = Open().AskForEverything("orders", "payments");
        stream.Drain();

        var snapshot = Samples.Calling("orders", "payments");
        Cache.Publish(Profile, snapshot with { Clusters = [snapshot.Clusters[0] with { Connect = TimeSpan.FromSeconds(1) }, snapshot.Clusters[1]] });

        Assert.Equal([Response("CDS", ["shop/orders/http"], ["shop/orders/http", "shop/payments/http"]), Response("EDS", "shop/orders/http")], stream.Drain());
    }

    [Fact]
    public void OnRequest_Nack_IsRecordedAndTheSameContentIsNeverSentAgain()
    {
        Publish("orders");
        var stream = Open().Ask(TypeUrls.RouteTable, "outbound/shop/orders/http");
        var refused = Cache.VersionOf(Profile, TypeUrls.RouteTable)!;

        stream.Take(TypeUrls.RouteTable)("routes[0]: no");

        Assert.Equal([(TypeUrls.RouteTable, refused, "routes[0]: no")], stream.Answers);
        stream.ExpectNothing();
        Publish("orders", "payments");
        stream.ExpectNothing();

        Cache.Publish(Profile, Samples.Calling("orders") with { RouteTables = [Samples.Table("orders", rewriteHost: "better.example")] });
        Assert.Equal([Response("RDS", "outbound/shop/orders/http")], stream.Drain());
    }

    [Fact]
    public void PublishEndpoints_OneClusterOfMany_TouchesOnlyItsSubscribers()
    {
        Publish("orders", "payments");
        var orders = Open().Ask(TypeUrls.Endpoints, "shop/orders/http");
        var payments = Open().Ask(TypeUrls.Endpoints, "shop/payments/http");
        orders.Drain();
        payments.Drain();

        Cache.PublishEndpoints(Samples.Endpoints("orders", 1, 2));

        Assert.Equal((1, 0), (orders.EndpointCalls, payments.EndpointCalls));
        Assert.Equal([Response("EDS", "shop/orders/http")], orders.Drain());
        payments.ExpectNothing();
    }

    [Fact]
    public void Next_EndpointsNotYetKnown_SaysNothingUntilTheyAreComplete()
    {
        Cache.Publish(Profile, Samples.Calling("orders"));
        var stream = Open().Ask(TypeUrls.Endpoints, "shop/orders/http");
        stream.ExpectNothing();

        Cache.MarkEndpointsComplete();

        Assert.Equal([Response("EDS", "shop/orders/http")], stream.Drain());
    }

    [Fact]
    public void Publish_WithdrawnAndBackAgain_IsSentAgain()
    {
        Publish("orders", "payments");
        var stream = Open().Ask(TypeUrls.Cluster).Ask(TypeUrls.Listener);
        stream.Drain();
        Publish("orders");
        stream.Drain();

        Publish("orders", "payments");

        Assert.Equal(
            [
                Response("CDS", ["shop/payments/http"], ["shop/orders/http", "shop/payments/http"]),
                Response("LDS", ["outbound/shop/payments/http"], ["inbound/mesh", "outbound/shop/orders/http", "outbound/shop/payments/http"]),
            ],
            stream.Drain());
    }

    [Fact]
    public void Publish_WithTombstones_ListenerAndRouteStayAndEndpointsAreEmpty()
    {
        Publish("orders", "payments");
        var stream = Open().AskForEverything("orders", "payments");
        stream.Drain();

        Cache.Publish(Profile, Samples.Calling("orders"), keepGone: true);
        Cache.PublishEndpoints(Samples.Endpoints("payments"));

        Assert.Equal([Response("EDS", "shop/payments/http")], stream.Drain());
    }

    [Fact]
    public void OnRequest_TypeThatIsNotServed_IsLeftUnanswered()
    {
        Publish("orders");

        Open().Ask("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "svid").ExpectNothing();
    }

    private protected void Publish(params string[] services)
    {
        Assert.Empty(Cache.PublishEndpoints(services.Select(service => Samples.Endpoints(service, 1))).Violations);
        Assert.Empty(Cache.Publish(Profile, Samples.Calling(services)).Violations);
    }
}
