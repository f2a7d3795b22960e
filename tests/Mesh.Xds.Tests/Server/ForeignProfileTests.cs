using Envoy.Config.Endpoint.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>What a client sees is what its profile has, whatever it asks for.</summary>
public sealed class ForeignProfileTests
{
    private const string Profile = "grpc:shop/storefront";

    private readonly SnapshotCache _cache = new();

    [Fact]
    public void Next_EndpointsOfAClusterOfOthers_AreNeverTold()
    {
        Publish("orders");
        _cache.PublishEndpoints(Samples.Endpoints("payments", 7));
        _cache.MarkEndpointsComplete();
        var state = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/payments/http", "shop/orders/http");
        var delta = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, ["shop/payments/http"]);

        Assert.Equal(["EDS shop/orders/http"], state.Drain());
        delta.ExpectNothing();
        _cache.PublishEndpoints(Samples.Endpoints("payments", 8));
        state.ExpectNothing();
        delta.ExpectNothing();
    }

    [Fact]
    public void Next_ClusterBecomesOneOfTheProfile_ItsEndpointsAreTold()
    {
        Publish("orders");
        _cache.PublishEndpoints(Samples.Endpoints("payments", 7));
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/payments/http");
        stream.ExpectNothing();

        Publish("orders", "payments");

        Assert.Equal(["EDS shop/payments/http"], stream.Drain());
    }

    [Fact]
    public void Next_EdgeGone_ListenerAndRouteStayAndEndpointsAreEmptyAlthoughOthersReachThem()
    {
        Publish("orders", "payments");
        var stream = new StateStream(_cache, Profile)
            .Ask(TypeUrls.Cluster, "shop/payments/http").Ask(TypeUrls.Endpoints, "shop/payments/http")
            .Ask(TypeUrls.Listener, "payments").Ask(TypeUrls.RouteTable, "outbound/shop/payments/http");
        stream.Drain();

        Publish("orders");

        var response = stream.Expect(TypeUrls.Endpoints);
        Assert.Empty(Assert.Single(response.Resources).Unpack<ClusterLoadAssignment>().Endpoints);
        stream.Ack(response);
        _cache.PublishEndpoints(Samples.Endpoints("payments", 9));
        stream.ExpectNothing();
        Publish("orders", "payments");
        response = stream.Expect(TypeUrls.Endpoints);
        Assert.Equal(9u, Assert.Single(response.Resources).Unpack<ClusterLoadAssignment>().Endpoints[0].LbEndpoints[0].Endpoint.Address.SocketAddress.PortValue);
    }

    [Fact]
    public void Next_RoutesLeaveForAnotherCluster_TheFirstKeepsItsEndpointsForWhoHasNotTakenThemYet()
    {
        Publish("orders");
        Assert.Empty(_cache.PublishEndpoints(Samples.Endpoints("payments", 7)).Violations);
        var stream = new StateStream(_cache, Profile)
            .Ask(TypeUrls.Cluster, "shop/orders/http").Ask(TypeUrls.Endpoints, "shop/orders/http").Ask(TypeUrls.RouteTable, "outbound/shop/orders/http");
        stream.Drain();

        _cache.Publish(
            Profile,
            Prepare(Samples.Calling("orders") with
            {
                RouteTables = [Samples.Table("orders") with { Rules = Samples.Table("payments").Rules }],
                Clusters = [Samples.Cluster("payments")],
            }),
            keepGone: true);

        Assert.Equal(["RDS outbound/shop/orders/http"], stream.Drain());
        Assert.Empty(_cache.PublishEndpoints(Samples.Endpoints("orders", 8)).Violations);
        Assert.Equal(8u, Assert.Single(stream.Expect(TypeUrls.Endpoints).Resources).Unpack<ClusterLoadAssignment>().Endpoints[0].LbEndpoints[0].Endpoint.Address.SocketAddress.PortValue);
    }

    [Fact]
    public void Next_ListenerOfAServer_IsMadeForItsAddressAndFollowsPermissions()
    {
        Publish("orders");
        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Listener, "inbound/server/http/0.0.0.0:50051");
        var first = stream.Expect(TypeUrls.Listener);
        Assert.Equal("LDS inbound/server/http/0.0.0.0:50051", StateStream.Line(first));
        stream.Ack(first);
        stream.ExpectNothing();

        _cache.Publish(Profile, Prepare(Samples.Calling("orders") with { Inbound = [Samples.Calling().Inbound[0] with { Permissions = Samples.AllowFrom("somebody") }] }), keepGone: true);
        var second = stream.Expect(TypeUrls.Listener);

        Assert.NotEqual(first.Resources[0].Value, second.Resources[0].Value);
        stream.Ack(second);
        Assert.Equal(_cache.VersionOf(Profile, TypeUrls.Listener), stream.Answers[^1].Version);
    }

    [Fact]
    public void Next_ServiceThatCallsNobodyComesBack_ItsServersHaveTheirListenersAgain()
    {
        Publish();
        _cache.Publish(Profile, Prepare(new ProxySnapshot { Identity = Samples.Calling().Identity }), keepGone: true);
        Assert.Equal(["LDS"], new StateStream(_cache, Profile).Ask(TypeUrls.Listener, "inbound/server/http/0.0.0.0:50051").Drain());

        Publish();

        Assert.Equal(["LDS inbound/server/http/0.0.0.0:50051"], new StateStream(_cache, Profile).Ask(TypeUrls.Listener, "inbound/server/http/0.0.0.0:50051").Drain());
    }

    [Fact]
    public void Next_PortThatTheServiceDoesNotHave_HasNoListener()
    {
        Publish("orders");

        Assert.Equal(["LDS"], new StateStream(_cache, Profile).Ask(TypeUrls.Listener, "inbound/server/other/0.0.0.0:50051").Drain());
    }

    [Fact]
    public void Next_CallsThatHaveNowhereToGo_FailAtOnceAlsoBeforeAllReplicasAreKnown()
    {
        _cache.Publish(Profile, Prepare(Samples.Calling("orders")));

        var stream = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "mesh.dev/no-backend", "shop/orders/http");

        Assert.Equal(["EDS mesh.dev/no-backend"], stream.Drain());
    }

    [Fact]
    public void Publish_SameSnapshotAgain_ChangesNothing()
    {
        Publish("orders");

        Assert.False(_cache.Publish(Profile, Prepare(Samples.Calling("orders")), keepGone: true).Changed);
    }

    private static PreparedSnapshot Prepare(ProxySnapshot snapshot) => PreparedSnapshot.Of(Profile, ClientKind.Grpc, snapshot);

    private void Publish(params string[] services)
    {
        foreach (var service in services.Where(service => _cache.FindEndpoints($"shop/{service}/http") is null))
        {
            Assert.Empty(_cache.PublishEndpoints(Samples.Endpoints(service, 1)).Violations);
        }

        var snapshot = Samples.Calling(services);
        Assert.Empty(_cache.Publish(Profile, Prepare(snapshot with { Outbound = [.. snapshot.Outbound.Select(listener => listener with { IsDefaultPort = true })] }), keepGone: true).Violations);
    }
}
