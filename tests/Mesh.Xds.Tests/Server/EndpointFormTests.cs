using System.Globalization;
using Envoy.Config.Endpoint.V3;
using Mesh.Model.Snapshots;
using Mesh.Xds.Server;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Xds.Tests.Server;

/// <summary>Clients in different zones are told of the same replicas in different orders, each kind in the form that it understands.</summary>
public sealed class EndpointFormTests
{
    private const string Profile = "storefront";
    private const string Orders = "shop/orders/http";

    private static readonly LocalityPreference OwnZoneFirst = new();

    private readonly SnapshotCache _cache = new();

    public EndpointFormTests() => Register(north: 2, south: 1, unreadyNorth: 1);

    [Theory]
    [InlineData(ClientKind.Mesh, "north", "north:0:2+1 south:1:1 200")]
    [InlineData(ClientKind.Mesh, "south", "north:1:2+1 south:0:1 200")]
    [InlineData(ClientKind.Mesh, "", "north:0:2 south:0:1")]
    [InlineData(ClientKind.Envoy, "south", "north:1:2+1 south:0:1 200")]
    [InlineData(ClientKind.Grpc, "south", "north:1:2 south:0:1")] // which counts nothing
    [InlineData(ClientKind.Grpc, "", "north:0:2 south:0:1")]
    public void Next_OwnZoneFirst_EveryZoneIsToldItsOrder(ClientKind kind, string zone, string expected)
    {
        Publish(kind, OwnZoneFirst);

        Assert.Equal(expected, Told(zone));
    }

    [Fact]
    public void Next_PreferenceChanges_EndpointsComeAgain()
    {
        Publish(ClientKind.Grpc, null);
        var stream = new ServedStream(_cache, Profile, "south").Ask(TypeUrls.Endpoints, [Orders]);
        Assert.Equal("north:0:2 south:0:1", Text(Take(stream)));

        Publish(ClientKind.Grpc, OwnZoneFirst);
        Assert.Equal("north:1:2 south:0:1", Text(Take(stream)));

        Publish(ClientKind.Grpc, new LocalityPreference { Failover = [new() { To = ZoneFailoverKind.None }] });
        Assert.Equal("south:0:1", Text(Take(stream)));

        Publish(ClientKind.Grpc, new LocalityPreference { Failover = [new() { To = ZoneFailoverKind.None }] });
        stream.ExpectNothing();
    }

    [Fact]
    public void Zones_ThatClientsMakeUp_TakeNoPlaceOfTheirOwn()
    {
        Publish(ClientKind.Mesh, new LocalityPreference { Failover = [new() { From = ["west"], To = ZoneFailoverKind.Only, Zones = ["south"] }, new()] });

        var (here, there) = (Find("made-up-1"), Find("made-up-2"));

        Assert.Same(here, there);
        Assert.Equal("north:0:2+1 south:0:1 200", Told("made-up-3"));
        Assert.Equal("north:1:2+1 south:0:1 200", Told("west")); // no replica is there, but a policy names it
        Assert.Equal("north:0:2+1 south:1:1 200", Told("north"));
    }

    [Fact]
    public void LookAgain_ClientsOfOneServiceMoved_NoneOfAnotherIsWoken()
    {
        var moved = new ServedStream(_cache, Profile);
        var other = new ServedStream(_cache, "payments");

        _cache.LookAgain(Profile);

        Assert.Equal((1, 0), (moved.SnapshotCalls, other.SnapshotCalls));
    }

    [Fact]
    public void Next_ReplicaNoLongerReady_IsNewsOnlyToWhoCounts()
    {
        Publish(ClientKind.Mesh, OwnZoneFirst);
        var near = new ServedStream(_cache, Profile, "north").Ask(TypeUrls.Endpoints, [Orders]);
        var nowhere = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, [Orders]);
        Take(near);
        Take(nowhere);

        Register(north: 2, south: 1, unreadyNorth: 2);

        Assert.Equal("north:0:2+2 south:1:1 200", Text(Take(near)));
        nowhere.ExpectNothing();
    }

    [Fact]
    public void Next_RingOfGrpc_HasLocalitiesOfOneWeight()
    {
        Publish(ClientKind.Grpc, null, LoadBalancingKind.RingHash);
        var stream = new ServedStream(_cache, Profile).Ask(TypeUrls.Endpoints, [Orders]);

        Assert.All(Take(stream).Endpoints, locality => Assert.Equal(1u, locality.LoadBalancingWeight));
    }

    private void Register(int north, int south, int unreadyNorth)
    {
        Endpoint[] Make(string zone, int count, int from) => [.. Enumerable.Range(from, count).Select(i => new Endpoint("127.0.0.1", i, string.Create(CultureInfo.InvariantCulture, $"{zone}-{i}"), Zone: zone))];
        Assert.Empty(_cache.PublishEndpoints(new EndpointSet(Orders, [.. Make("north", north, 1), .. Make("south", south, 100)]) { Unready = [.. Make("north", unreadyNorth, 50)] }).Violations);
    }

    private void Publish(ClientKind kind, LocalityPreference? locality, LoadBalancingKind balancing = LoadBalancingKind.LeastRequest)
    {
        var snapshot = Samples.Calling("orders");
        snapshot = snapshot with { Clusters = [.. snapshot.Clusters.Select(cluster => cluster with { LoadBalancing = new(balancing) { Locality = locality } })] };
        Assert.Empty(_cache.Publish(Profile, PreparedSnapshot.Of(Profile, kind, snapshot)).Violations);
    }

    private XdsResource? Find(string zone) => _cache.FindEndpoints(_cache.Find(Profile)!, Orders, zone);

    private string Told(string zone) => Text(Take(new ServedStream(_cache, Profile, zone).Ask(TypeUrls.Endpoints, [Orders])));

    private static ClusterLoadAssignment Take(ServedStream stream)
    {
        var response = stream.Expect(TypeUrls.Endpoints);
        stream.Ack(response);
        return Assert.Single(response.Resources).Resource_.Unpack<ClusterLoadAssignment>();
    }

    private static string Text(ClusterLoadAssignment assignment)
    {
        var zones = assignment.Endpoints.OrderBy(locality => locality.Locality.Zone, StringComparer.Ordinal).Select(locality =>
        {
            var ready = locality.LbEndpoints.Count(endpoint => endpoint.HealthStatus == Envoy.Config.Core.V3.HealthStatus.Healthy);
            return $"{locality.Locality.Zone}:{locality.Priority}:{ready}{(ready == locality.LbEndpoints.Count ? "" : $"+{locality.LbEndpoints.Count - ready}")}";
        });
        return $"{string.Join(' ', zones)} {assignment.Policy?.OverprovisioningFactor}".TrimEnd();
    }
}
