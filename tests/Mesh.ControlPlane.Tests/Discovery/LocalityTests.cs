using Envoy.Config.Endpoint.V3;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.ControlPlane.Tests.Store;
using Mesh.Xds.Wire;

namespace Mesh.ControlPlane.Tests.Discovery;

/// <summary>Zones, from bootstrap and file to the order in which callers of each zone are told of replicas.</summary>
public sealed class LocalityTests : IAsyncLifetime
{
    private const string Orders = "default/orders/http";
    private const string Near = """
        apiVersion: mesh.dev/v1alpha1
        kind: LoadBalancing
        metadata: {name: near}
        spec: {to: [{targetRef: {kind: Service, name: orders}, default: {localityAwareness: {}}}]}
        """;

    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _directory.Write("policies/services.yaml", Documents.All(Documents.Service("storefront", "orders"), Documents.Service("orders")));
        _directory.Write("policies/near.yaml", Near);
        _host = await ControlPlaneHost.StartPublishedAsync(ControlPlaneHost.Settings(_directory));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Callers_InDifferentZones_AreToldOfTheirOwnReplicasFirst()
    {
        await using var north = await ConnectedSidecar.StartAsync(_host, "orders", "north", zone: "north");
        await using var south = await ConnectedSidecar.StartAsync(_host, "orders", "south", zone: "south");
        await north.RegisterAsync(40001);
        await south.RegisterAsync(40002);

        await using var sidecar = await ConnectedSidecar.StartAsync(_host, "storefront", zone: "south");
        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Orders, out var known) && known is [{ Replica: "north", Priority: 1 }, { Replica: "south", Priority: 0 }]);
        await using var client = await ProxylessClient.StartAsync(_host, "storefront", zone: "north");
        var told = await client.GetAsync(TypeUrls.Endpoints, Orders, ClusterLoadAssignment.Parser, e => e.Endpoints.Count == 2);
        Assert.Equal([("north", 0u), ("south", 1u)], told.Endpoints.Select(locality => (locality.Locality.Zone, locality.Priority)));

        // It is there and not ready: nobody is sent to it, and those who count know of it.
        await south.RegisterAsync(40002, ready: false);
        await sidecar.Sink.UntilAsync(s => s.Endpoints[Orders] is [{ Replica: "north", Priority: 1 }]);
        Assert.Equal("north", Assert.Single((await client.UntilAsync(TypeUrls.Endpoints, ClusterLoadAssignment.Parser)).Endpoints).Locality.Zone);
    }

    [Fact]
    public async Task Policy_TakenAway_AllZonesAreAlikeAgain()
    {
        await using var north = await ConnectedSidecar.StartAsync(_host, "orders", "north", zone: "north");
        await north.RegisterAsync();
        await using var south = await ConnectedSidecar.StartAsync(_host, "orders", "south", zone: "south");
        await south.RegisterAsync(40002);
        await using var sidecar = await ConnectedSidecar.StartAsync(_host, "storefront", zone: "south");
        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Orders, out var told) && told is [{ Priority: 1 }, { Priority: 0 }]);

        _directory.Write("policies/near.yaml", Near.Replace("{}", "{disabled: true}", StringComparison.Ordinal));

        await sidecar.Sink.UntilAsync(s => s.Endpoints[Orders] is [{ Priority: 0 }, { Priority: 0 }]);
    }
}
