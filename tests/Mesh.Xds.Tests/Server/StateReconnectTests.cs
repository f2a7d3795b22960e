using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Server;

/// <summary>What a client that comes back is told, on the strength of the versions that it brings.</summary>
public sealed class StateReconnectTests
{
    private const string Profile = "storefront";

    private readonly SnapshotCache _cache = new();

    [Fact]
    public void AskAgain_ReconnectWithEqualVersions_NothingIsSent()
    {
        Publish("orders", "payments");
        var versions = VersionsOf(new StateStream(_cache, Profile).AskForEverything("orders", "payments"));

        var after = Reconnect(_cache, versions, "orders", "payments");

        after.ExpectNothing();
        Assert.Contains((TypeUrls.Listener, _cache.VersionOf(Profile, TypeUrls.Listener)!), after.InSync);
    }

    [Fact]
    public void AskAgain_RestartedServerSameContent_NothingIsSent()
    {
        Publish("orders");
        var versions = VersionsOf(new StateStream(_cache, Profile).AskForEverything("orders"));
        var restarted = new SnapshotCache();
        var after = Reconnect(restarted, versions, "orders");
        after.ExpectNothing();

        restarted.PublishEndpoints(Samples.Endpoints("orders", 1));
        restarted.Publish(Profile, Samples.Calling("orders"));

        after.ExpectNothing();
    }

    [Fact]
    public void AskAgain_ChangedWhileAway_AllOfClustersAndTheirEndpointsAreSent()
    {
        Publish("orders", "payments");
        var versions = VersionsOf(new StateStream(_cache, Profile).AskForEverything("orders", "payments"));
        var snapshot = Samples.Calling("orders", "payments");
        _cache.Publish(Profile, snapshot with { Clusters = [snapshot.Clusters[0] with { Connect = TimeSpan.FromSeconds(1) }, snapshot.Clusters[1]] });

        Assert.Equal(
            ["CDS shop/orders/http shop/payments/http", "EDS shop/orders/http shop/payments/http"],
            Reconnect(_cache, versions, "orders", "payments").Drain());
    }

    [Fact]
    public void AskAgain_GoneWhileAway_IsLeftOut()
    {
        Publish("orders", "payments");
        var versions = VersionsOf(new StateStream(_cache, Profile).AskForEverything("orders", "payments"));
        Publish("orders");

        Assert.Equal("CDS shop/orders/http", Reconnect(_cache, versions, "orders", "payments").Drain()[0]);
    }

    [Fact]
    public void AskAgain_AnotherSubscriptionThanBefore_IsNotTakenForTheSame()
    {
        Publish("orders", "payments");
        var before = new StateStream(_cache, Profile).Ask(TypeUrls.Endpoints, "shop/orders/http");
        var versions = VersionsOf(before);

        var after = new StateStream(_cache, Profile).AskAgain(TypeUrls.Endpoints, versions[TypeUrls.Endpoints], "shop/orders/http", "shop/payments/http");

        Assert.Equal(["EDS shop/orders/http shop/payments/http"], after.Drain());
    }
    private static Dictionary<string, string> VersionsOf(StateStream stream)
    {
        var versions = new Dictionary<string, string>();
        while (stream.Next() is { } response)
        {
            versions[response.TypeUrl] = response.VersionInfo;
            stream.Ack(response);
        }

        return versions;
    }

    private static StateStream Reconnect(SnapshotCache cache, Dictionary<string, string> versions, params string[] services) => new StateStream(cache, Profile)
        .AskAgain(TypeUrls.Cluster, versions[TypeUrls.Cluster])
        .AskAgain(TypeUrls.Listener, versions[TypeUrls.Listener])
        .AskAgain(TypeUrls.Endpoints, versions[TypeUrls.Endpoints], [.. services.Select(service => $"shop/{service}/http")])
        .AskAgain(TypeUrls.RouteTable, versions[TypeUrls.RouteTable], [.. services.Select(service => $"outbound/shop/{service}/http")]);

    private void Publish(params string[] services)
    {
        Assert.Empty(_cache.PublishEndpoints(services.Select(service => Samples.Endpoints(service, 1))).Violations);
        Assert.Empty(_cache.Publish(Profile, Samples.Calling(services)).Violations);
    }
}
