using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What a sidecar is told to tell, and for which of its hops: the table of docs/policies/telemetry.md.</summary>
public sealed class TelemetryMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", ports: ["http"], uses: ["shop/orders/*"])
        .Service("shop/orders", ports: ["http", "rpc:grpc", "db:tcp"], uses: ["shop/stock/http"])
        .Service("shop/stock", ports: ["http"]);

    [Fact]
    public void Compile_NoPolicy_SaysNothing()
    {
        var snapshot = Shop.Snapshot("shop/orders");
        Assert.All(snapshot.Inbound, port => Assert.Null(port.Telemetry));
        Assert.All(snapshot.FrontDoors, door => Assert.Null(door.Telemetry));
        Assert.All(snapshot.Outbound, listener => Assert.Null(listener.Telemetry));
    }

    [Fact]
    public void Compile_Rules_AreForAllHopsOfTheSidecarButTcp()
    {
        var mesh = Shop.Yaml("""
            kind: Telemetry
            metadata: {name: orders, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {tracing: {sampling: 10, ignoreParent: true}, tags: [{name: a, literal: b}]}}]}
            """);

        var orders = mesh.Snapshot("shop/orders");
        Assert.Equal(["10", "10", "-"], orders.Inbound.OrderBy(i => i.Protocol).Select(i => Share(i.Telemetry)));
        Assert.Same(orders.Inbound[1].Telemetry, orders.FrontDoors[1].Telemetry);
        var outbound = Assert.Single(orders.Outbound).Telemetry!;
        Assert.Equal((10, true, "a=b"), (outbound.Sampling, outbound.IgnoresParent, Assert.Single(outbound.Tags).ToString()));
        Assert.Equal("Telemetry shop/orders", $"{outbound.Origin.Kind} {outbound.Origin.Name}");
        Assert.All(mesh.Snapshot("web/storefront").Outbound, listener => Assert.Null(listener.Telemetry));
    }

    [Fact]
    public void Compile_Port_IsForWhatComesInThereAlone()
    {
        var orders = Shop.Yaml("""
            kind: Telemetry
            metadata: {name: orders, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders, sectionName: rpc}, rules: [{default: {tracing: {sampling: 1}}}]}
            ---
            kind: Telemetry
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {tracing: {sampling: 50}, metrics: {durationBuckets: [1, 2]}}}]}
            """).Snapshot("shop/orders");

        Assert.Equal(("50", "1"), (Share(orders.Inbound.Single(i => i.Port.Port == "http").Telemetry), Share(orders.Inbound.Single(i => i.Port.Port == "rpc").Telemetry)));
        Assert.Equal([1, 2], orders.Inbound.Single(i => i.Port.Port == "rpc").Telemetry!.DurationBuckets);
        Assert.Equal("50", Share(Assert.Single(orders.Outbound).Telemetry));
    }

    [Fact]
    public void Compile_ToOfAnybody_IsHeardBeforeRules()
    {
        var mesh = Shop.Yaml("""
            kind: Telemetry
            metadata: {name: a, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders}, rules: [{default: {tracing: {sampling: 10}, metrics: {disabled: true}}}]}
            ---
            kind: Telemetry
            metadata: {name: b, namespace: mesh-system}
            spec: {to: [{targetRef: {kind: Mesh}, default: {tracing: {sampling: 20}}}]}
            """);

        var orders = mesh.Snapshot("shop/orders");
        var outbound = Assert.Single(orders.Outbound).Telemetry!;
        Assert.Equal((20, true), (outbound.Sampling, outbound.AreMetricsOff));
        Assert.Equal("10", Share(orders.Inbound.Single(i => i.Port.Port == "http").Telemetry));
        Assert.DoesNotContain(mesh.Compile().Warnings, w => w.Rule.Id is "MESH172" or "MESH173");
    }

    private static string Share(HopTelemetry? telemetry) => telemetry?.Sampling is { } share ? $"{share}" : "-";
}
