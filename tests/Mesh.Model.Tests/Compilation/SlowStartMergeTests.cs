using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>How replicas that come begin, and over how long the past counts.</summary>
public sealed class SlowStartMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty.Service("web/storefront", uses: ["shop/orders/http"]).Service("shop/orders", ports: ["http"]);

    [Theory]
    [InlineData("{slowStart: {window: 30s}}", "{}", "LeastRequest 00:00:30 10")]
    [InlineData("{slowStart: {window: 30s}}", "{type: RoundRobin, slowStart: {minWeightPercent: 40}}", "RoundRobin 00:00:30 40")]
    [InlineData("{slowStart: {window: 30s}}", "{slowStart: {window: 0s}}", "LeastRequest")]
    [InlineData("{slowStart: {window: 30s}}", "{type: Random}", "Random")] // which has none
    [InlineData("{slowStart: {minWeightPercent: 40}}", "{}", "LeastRequest")]
    [InlineData("{type: PeakEwma}", "{}", "PeakEwma 00:00:10")]
    [InlineData("{type: PeakEwma, peakEwma: {decay: 3s}}", "{slowStart: {window: 1m}}", "PeakEwma 00:00:03 00:01:00 10")]
    [InlineData("{type: PeakEwma, peakEwma: {decay: 3s}}", "{type: LeastRequest}", "LeastRequest")]
    public void Compile_CalleesWordThenCallers_AreFolded(string callee, string caller, string expected)
    {
        var mesh = Shop.Yaml($$$"""
            kind: LoadBalancing
            metadata: {name: theirs, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {{{callee}}} }]}
            ---
            kind: LoadBalancing
            metadata: {name: own, namespace: web}
            spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {{{caller}}} }]}
            """);

        var balancing = mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing;
        Assert.Equal(expected, string.Join(' ', new object?[] { balancing.Kind, balancing.Decay, balancing.SlowStart?.Window, balancing.SlowStart?.MinWeightPercent }.Where(part => part is not null)));
    }
}
