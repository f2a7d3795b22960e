using Mesh.Testing;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>Zones in a cluster: nobody tells a sidecar its own, the control plane reads it from the pod's node.</summary>
public sealed class NodeZoneTests : IAsyncLifetime
{
    private const string Payments = "shop/payments/http";

    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Document("loadbalancings", "near", """{ "to": [{ "targetRef": { "kind": "Service", "name": "payments" }, "default": { "localityAwareness": {} } }] }""");
        _cluster.Node("left", "north");
        _cluster.Node("right", "south");
        _cluster.Pod("payments-1", "payments", "10.1.0.1", node: "left");
        _cluster.Pod("payments-2", "payments", "10.1.0.2", node: "right");
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("left", 0, 1)]
    [InlineData("right", 1, 0)]
    public async Task Sidecar_IsToldOfTheReplicasOfItsNodesZoneFirst(string node, int first, int second)
    {
        _cluster.Pod("web-1", "web", "10.1.0.3", node: node);
        var host = await _cluster.RunPublishedAsync();

        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");

        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Payments, out var told)
            && told.Select(e => (e.Replica, e.Zone, e.Priority)).SequenceEqual([("payments-1", "north", first), ("payments-2", "south", second)]));
    }

    [Fact]
    public async Task Sidecar_WhosePodIsSeenAfterItCame_IsToldItsOrderThen()
    {
        var host = await _cluster.RunPublishedAsync();
        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");
        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Payments, out var told) && told is [{ Zone: "north", Priority: 0 }, { Zone: "south", Priority: 0 }]);

        _cluster.Pod("web-1", "web", "10.1.0.3", node: "right");

        await sidecar.Sink.UntilAsync(s => s.Endpoints[Payments] is [{ Priority: 1 }, { Priority: 0 }]);
    }

    [Fact]
    public async Task PodsOwnLabel_CountsBeforeItsNode()
    {
        _cluster.Api.Objects.Put("api/v1/namespaces/shop/pods/web-1", """
            {
              "metadata": { "labels": { "mesh.dev/service": "web", "topology.kubernetes.io/zone": "south" } },
              "spec": { "serviceAccountName": "web", "nodeName": "left" },
              "status": { "phase": "Running", "podIP": "10.1.0.3", "conditions": [ { "type": "Ready", "status": "True" } ] }
            }
            """);
        var host = await _cluster.RunPublishedAsync();

        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");

        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Payments, out var told) && told is [{ Priority: 1 }, { Priority: 0 }]);
    }

    [Fact]
    public async Task NodesThatCannotBeRead_AreSaid_AndAllReplicasAreToldAlike()
    {
        _cluster.Api.Conflicting = (_, path) => path.StartsWith("api/v1/nodes/", StringComparison.Ordinal);
        _cluster.Pod("web-1", "web", "10.1.0.3", node: "left");
        var host = await _cluster.RunPublishedAsync();

        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");

        await sidecar.Sink.UntilAsync(s => s.Endpoints.TryGetValue(Payments, out var told) && told is [{ Zone: "", Priority: 0 }, { Zone: "", Priority: 0 }]);
        await Eventually.IsAsync(() => host.Logs.Lines.Any(l => l.Id == 2623), "a warning");
    }
}
