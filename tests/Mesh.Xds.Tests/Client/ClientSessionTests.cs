using Envoy.Config.Listener.V3;
using Google.Protobuf;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Tests.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Tests.Client;

public sealed class ClientSessionTests
{
    private readonly FollowingClient _client = new();

    [Fact]
    public void Open_NothingThere_AsksForAllClustersListenersAndLeasesAndSendsTheNodeOnce()
    {
        Assert.Equal([TypeUrls.Cluster, TypeUrls.Listener, TypeUrls.Fault, TypeUrls.Recording], _client.Opening.Select(request => request.TypeUrl));
        Assert.All(_client.Opening, request => Assert.Empty(request.ResourceNamesSubscribe));
        Assert.Equal("spiffe://shop.local/ns/shop/sa/storefront#storefront-1", _client.Opening[0].Node.Id);
        Assert.Equal("shop/storefront", _client.Opening[0].Node.Cluster);
        Assert.Null(_client.Opening[1].Node);
    }

    [Fact]
    public void OnResponse_Clusters_SubscribesToTheirEndpointsBeforeTheAnswer()
    {
        Assert.Equal(["EDS +shop/orders/http", "CDS ack"], _client.Send(TypeUrls.Cluster, SnapshotCodec.Encode(Samples.Calling("orders"))));
    }

    [Fact]
    public void OnResponse_ReferencesMissing_WaitsUntilAllAreThere()
    {
        var resources = SnapshotCodec.Encode(Samples.Calling("orders"));
        _client.Send(TypeUrls.Cluster, resources);
        Assert.Equal(["RDS +outbound/shop/orders/http", "LDS ack"], _client.Send(TypeUrls.Listener, resources));
        Assert.Equal(["permissions"], _client.Sink.Calls);

        _client.Send(TypeUrls.RouteTable, resources);
        Assert.Equal(["permissions"], _client.Sink.Calls);

        Assert.Equal(["EDS ack"], _client.Send(TypeUrls.Endpoints, [SnapshotCodec.Encode(Samples.Endpoints("orders", 7))]));
        Assert.Equal(["permissions", "endpoints shop/orders/http", "snapshot"], _client.Sink.Calls);
        Assert.Equal(Structure.Of(Samples.Calling("orders")), Structure.Of(_client.Sink.Snapshot));
    }

    [Fact]
    public void Settle_EndpointsNeverCome_CountAsNoneAfterTheTimeout()
    {
        var resources = SnapshotCodec.Encode(Samples.Calling("orders"));
        _client.Send(TypeUrls.Cluster, resources);
        _client.Send(TypeUrls.Listener, resources);
        _client.Send(TypeUrls.RouteTable, resources);
        Assert.Equal(_client.Time.GetUtcNow() + TimeSpan.FromSeconds(15), _client.Store.NextDue);

        _client.Time.Advance(TimeSpan.FromSeconds(15));
        _client.Store.Settle();

        Assert.Equal("snapshot", _client.Sink.Calls[^1]);
        Assert.Empty(_client.Sink.Endpoints["shop/orders/http"].Endpoints);
        Assert.Null(_client.Store.NextDue);
    }

    [Fact]
    public void OnResponse_SeveralBroken_NacksWithAllErrorsAndTakesTheRest()
    {
        _client.SendAll(Samples.Calling("orders", "payments", "stock"));
        var changed = Samples.Calling("orders", "payments", "stock");
        changed = changed with { RouteTables = [.. changed.RouteTables.Select(table => table with { Rules = [] })] };

        var said = _client.Send(
            TypeUrls.RouteTable,
            SnapshotCodec.Encode(changed).Select(resource => resource.Name.Contains("stock") || resource.TypeUrl != TypeUrls.RouteTable ? resource : Broken(resource)));

        var nack = Assert.Single(said);
        Assert.StartsWith("RDS nack: outbound/shop/orders/http: ", nack);
        Assert.Contains("\noutbound/shop/payments/http: ", nack);
        Assert.Equal([1, 1, 0], _client.Sink.Snapshot!.RouteTables.Select(table => table.Rules.Length));
    }

    [Fact]
    public void OnResponse_RefusedClusterIsReferred_KeepsTheLastSnapshot()
    {
        _client.SendAll(Samples.Calling("orders"));
        var next = SnapshotCodec.Encode(Samples.Calling("orders", "payments"));
        var live = _client.Sink.Snapshot;

        _client.Send(TypeUrls.Cluster, next.Where(resource => resource.Name.Contains("payments")).Select(Broken));
        _client.Send(TypeUrls.Listener, next);
        _client.Send(TypeUrls.RouteTable, next);

        Assert.Same(live, _client.Sink.Snapshot);
    }

    [Fact]
    public void OnResponse_BackendThatDoesNotExist_IsNotWaitedFor()
    {
        var dangling = Samples.Calling("orders") with { Clusters = [] };

        _client.SendAll(dangling);

        Assert.NotNull(_client.Sink.Snapshot);
    }

    [Fact]
    public void OnResponse_PermissionRevokedInAListenerThatIsRefused_IsRevoked()
    {
        _client.SendAll(Samples.Calling("orders"));
        Assert.Single(_client.Sink.Permissions!.ForPeers("http").Allow);
        var revoked = Samples.Calling("orders");
        revoked = revoked with { Inbound = [revoked.Inbound[0] with { Permissions = PermissionSet.Nobody }] };

        var said = _client.Send(TypeUrls.Listener, SnapshotCodec.Encode(revoked).Where(resource => resource.Name == ResourceNames.MeshDoor).Select(WithoutTls));

        Assert.StartsWith("LDS nack: inbound/mesh: filter_chains[0].transport_socket", Assert.Single(said));
        Assert.Empty(_client.Sink.Permissions.ForPeers("http").Allow);
        Assert.Equal("permissions", _client.Sink.Calls[^1]);
    }

    [Fact]
    public void OnResponse_PermissionRevokedWhileRoutesAreRefused_IsRevokedAndRoutesStay()
    {
        _client.SendAll(Samples.Calling("orders"));
        var live = _client.Sink.Snapshot!;
        var revoked = Samples.Calling("orders", "payments");
        revoked = revoked with { Inbound = [revoked.Inbound[0] with { Permissions = PermissionSet.Nobody }] };
        var resources = SnapshotCodec.Encode(revoked);
        _client.Send(TypeUrls.Cluster, resources);
        _client.Send(TypeUrls.Endpoints, [SnapshotCodec.Encode(Samples.Endpoints("payments", 1))]);

        _client.Send(TypeUrls.Listener, resources);
        _client.Send(TypeUrls.RouteTable, resources.Where(resource => resource.TypeUrl == TypeUrls.RouteTable).Select(Broken));

        Assert.Empty(_client.Sink.Permissions!.ForPeers("http").Allow);
        Assert.Equal(live.Outbound.Length, _client.Sink.Snapshot!.Outbound.Length);
    }

    [Fact]
    public void OnResponse_PermissionsAreNotReadable_LastOnesStayAndItIsNacked()
    {
        _client.SendAll(Samples.Calling("orders"));
        var before = _client.Sink.Permissions;

        var said = _client.Send(
            TypeUrls.Listener, SnapshotCodec.Encode(Samples.Calling("orders")).Where(resource => resource.Name == ResourceNames.MeshDoor).Select(WithoutPermissions));

        Assert.Contains("no RBAC filter with action ALLOW; the door would be open to everyone", Assert.Single(said));
        Assert.Same(before, _client.Sink.Permissions);
    }

    [Fact]
    public void OnResponse_MeshDoorRemoved_NobodyMayComeIn()
    {
        _client.SendAll(Samples.Calling("orders"));

        _client.Send(TypeUrls.Listener, [], ResourceNames.MeshDoor);

        Assert.Same(PermissionSet.Nobody, _client.Sink.Permissions!.ForPeers("http"));
        Assert.Empty(_client.Sink.Snapshot!.Inbound);
    }

    [Fact]
    public void OnResponse_EndpointsOfALiveCluster_GoToTheSinkAlone()
    {
        _client.SendAll(Samples.Calling("orders"));

        _client.Send(TypeUrls.Endpoints, [SnapshotCodec.Encode(Samples.Endpoints("orders", 1, 2))]);

        Assert.Equal("endpoints shop/orders/http", _client.Sink.Calls[^1]);
        Assert.Equal(2, _client.Sink.Endpoints["shop/orders/http"].Endpoints.Length);
    }

    [Fact]
    public void OnResponse_UpstreamGone_IsUnsubscribed()
    {
        _client.SendAll(Samples.Calling("orders", "payments"));

        Assert.Equal(["RDS -outbound/shop/payments/http", "LDS ack"], _client.Send(TypeUrls.Listener, [], "outbound/shop/payments/http"));
        Assert.Equal(["EDS -shop/payments/http", "CDS ack"], _client.Send(TypeUrls.Cluster, [], "shop/payments/http"));
        Assert.Equal(Structure.Of(Samples.Calling("orders")), Structure.Of(_client.Sink.Snapshot));
    }

    [Fact]
    public void Open_AfterAReconnect_BringsEveryVersionAndName()
    {
        _client.SendAll(Samples.Calling("orders"));

        var again = new FollowingClient(store: _client.Store);

        Assert.Equal([TypeUrls.Cluster, TypeUrls.Endpoints, TypeUrls.Listener, TypeUrls.RouteTable, TypeUrls.Fault, TypeUrls.Recording], again.Opening.Select(request => request.TypeUrl));
        Assert.Equal([1, 1, 2, 1, 0, 0], again.Opening.Select(request => request.InitialResourceVersions.Count));
        Assert.Equal(["outbound/shop/orders/http"], again.Opening[3].ResourceNamesSubscribe);
    }

    [Fact]
    public void WriteState_AckedNackedRequested_InTheShapeOfCsds()
    {
        _client.SendAll(Samples.Calling("orders"));
        var next = SnapshotCodec.Encode(Samples.Calling("orders", "payments"));
        _client.Send(TypeUrls.Cluster, next.Where(resource => resource.Name.Contains("payments")));
        _client.Send(TypeUrls.RouteTable, next.Where(resource => resource.Name.Contains("orders")).Select(Broken));

        var state = _client.State();

        Assert.Equal("spiffe://shop.local/ns/shop/sa/storefront#storefront-1", state.GetProperty("node").GetProperty("id").GetString());
        var all = state.GetProperty("genericXdsConfigs").EnumerateArray()
            .ToDictionary(entry => $"{TypeUrls.ShortName(entry.GetProperty("typeUrl").GetString()!)} {entry.GetProperty("name").GetString()}");
        Assert.Equal("ACKED", all["CDS shop/orders/http"].GetProperty("clientStatus").GetString());
        Assert.Equal("REQUESTED", all["EDS shop/payments/http"].GetProperty("clientStatus").GetString());
        var refused = all["RDS outbound/shop/orders/http"];
        Assert.Equal("NACKED", refused.GetProperty("clientStatus").GetString());
        Assert.NotEmpty(refused.GetProperty("versionInfo").GetString()!);
        Assert.Equal("broken", refused.GetProperty("errorState").GetProperty("versionInfo").GetString());
        Assert.Contains("not readable", refused.GetProperty("errorState").GetProperty("details").GetString());
    }

    private static XdsResource Broken(XdsResource resource) => Of(resource, "broken", ByteString.CopyFromUtf8("\u0007 not a message"));

    private static XdsResource WithoutTls(XdsResource door)
    {
        var listener = Listener.Parser.ParseFrom(door.Body);
        listener.FilterChains[0].TransportSocket = null;
        return Of(door, "changed", listener.ToByteString());
    }

    private static XdsResource WithoutPermissions(XdsResource door)
    {
        var listener = Listener.Parser.ParseFrom(door.Body);
        var manager = listener.FilterChains[0].Filters[0].TypedConfig
            .Unpack<Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager>();
        manager.HttpFilters.RemoveAt(0);
        listener.FilterChains[0].Filters[0].TypedConfig = Google.Protobuf.WellKnownTypes.Any.Pack(manager);
        return Of(door, "changed", listener.ToByteString());
    }

    private static XdsResource Of(XdsResource resource, string version, ByteString body) => XdsResource.From(new Envoy.Service.Discovery.V3.Resource
    {
        Name = resource.Name,
        Version = version,
        Resource_ = new() { TypeUrl = resource.TypeUrl, Value = body },
    });
}
