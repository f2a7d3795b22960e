using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Whether a caller prefers its own zone, and by whose word.</summary>
public sealed class LocalityMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty.Service("web/storefront", uses: ["shop/orders/http"]).Service("shop/orders", ports: ["http"]);

    [Theory]
    [InlineData("{}", "{}", "50: Any")]
    [InlineData("{}", "{disabled: true}", "off")]
    [InlineData("{disabled: true}", "{disabled: false}", "50: Any")]
    [InlineData("{disabled: true}", "{}", "off")] // who says nothing of it leaves it as it was
    [InlineData("{crossZone: {failoverThreshold: {percentage: 70}}}", "{crossZone: {failover: [{to: {type: Only, zones: [a, b]}}, {to: {type: Any}}]}}", "70: Only a b, Any")]
    [InlineData("{crossZone: {failover: [{to: {type: Any}}]}}", "{crossZone: {failover: [{to: {type: None}}]}}", "50: None")]
    public void Compile_CalleesWordThenCallers_AreFolded(string callee, string caller, string expected)
    {
        var mesh = Shop.Yaml($$$"""
            kind: LoadBalancing
            metadata: {name: near, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {localityAwareness: {{{callee}}} }}]}
            ---
            kind: LoadBalancing
            metadata: {name: own, namespace: web}
            spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {localityAwareness: {{{caller}}} }}]}
            """);

        var locality = mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing.Locality;
        Assert.Equal(expected, locality is null ? "off" : $"{locality.FailoverThreshold}: {string.Join(", ", locality.Failover.Select(s => $"{s.To} {string.Join(' ', s.Zones)}".TrimEnd()))}");
    }

    [Fact]
    public void Compile_NoPolicy_AllZonesAreAlike() => Assert.Null(Shop.Cluster("web/storefront", "shop/orders/http").LoadBalancing.Locality);

    [Fact]
    public void Explain_Locality_NamesWhoSaidIt()
    {
        var mesh = Shop.Yaml("""
            kind: LoadBalancing
            metadata: {name: near, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {localityAwareness: {crossZone: {failover: [{to: {type: Only, zones: [south]}}]}}}}]}
            """);

        Assert.Equal(
            ["loadBalancing.localityAwareness = True by shop/near", "loadBalancing.localityAwareness.crossZone.failover = Only south by shop/near"],
            mesh.Compile().Explanations[TestMesh.Id("web/storefront")].Where(a => a.Setting.StartsWith("loadBalancing", StringComparison.Ordinal)).Select(a => $"{a.Setting} = {a.Value} by {a.Origin.Name}"));
    }

    [Fact]
    public void Compile_ReplicaThatIsNotReady_IsKnownAsSuch()
    {
        var set = Assert.Single(Mesh.Model.Compilation.EndpointCompiler.Compile(
            Shop.Topology.Services[TestMesh.Id("shop/orders")],
            [
                new() { Service = TestMesh.Id("shop/orders"), Name = "a", Address = "127.0.0.1", Port = 1, ReadyPorts = ["http"], Zone = "north" },
                new() { Service = TestMesh.Id("shop/orders"), Name = "b", Address = "127.0.0.1", Port = 2, Zone = "south" },
            ]));

        Assert.Equal([new Endpoint("127.0.0.1", 1, "a", 1, "north")], set.Endpoints);
        Assert.Equal([new Endpoint("127.0.0.1", 2, "b", 1, "south")], set.Unready);
    }
}
