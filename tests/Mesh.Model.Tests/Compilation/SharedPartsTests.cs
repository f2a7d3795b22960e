using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What is the same for many callers is made once, and what is not is not.</summary>
public sealed class SharedPartsTests
{
    private static readonly TestMesh Plain = TestMesh.Empty
        .Service("orders", ports: ["http"])
        .Service("next", ports: ["http"])
        .Service("one", uses: ["orders"])
        .Service("two", uses: ["orders"])
        .Service("three", uses: ["orders", "next"]);

    [Fact]
    public void Compile_NothingSaidOfAnyCaller_AllHaveTheVeryParts()
    {
        var mesh = Plain.Compile();

        Assert.Same(Cluster(mesh, "one"), Cluster(mesh, "two"));
        Assert.Same(Table(mesh, "one"), Table(mesh, "three"));
    }

    [Fact]
    public void Compile_PolicyForOneCaller_OnlyItsPartsAndExplanationDiffer()
    {
        var mesh = Plain.Yaml("""
            kind: Timeout
            metadata: {name: hasty}
            spec: {targetRef: {kind: Service, name: one}, to: [{targetRef: {kind: Service, name: orders}, default: {request: 2s, connect: 1s}}]}
            """).Compile();

        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), (Cluster(mesh, "one").Connect, Table(mesh, "one").Rules[0].Timeouts.Request!.Value));
        Assert.Null(Table(mesh, "two").Rules[0].Timeouts.Request);
        Assert.Same(Cluster(mesh, "two"), Cluster(mesh, "three"));
        Assert.Contains(mesh.Explanations[TestMesh.Id("one")], a => a is { Setting: "timeout.request", Value: "2s" });
        Assert.DoesNotContain(mesh.Explanations[TestMesh.Id("two")], a => a.Setting == "timeout.request");
    }

    [Fact]
    public void Compile_PolicyForEveryCaller_EachIsToldWhoSaidIt()
    {
        var mesh = Plain.Yaml("""
            kind: Timeout
            metadata: {name: all, namespace: mesh-system}
            spec: {to: [{targetRef: {kind: Mesh}, default: {request: 15s}}]}
            """).Compile();

        Assert.Same(Table(mesh, "one"), Table(mesh, "two"));
        Assert.All(["one", "two", "three"], caller => Assert.Contains(mesh.Explanations[TestMesh.Id(caller)], a => a is { Setting: "timeout.request", Value: "15s", Origin.Name: "mesh-system/all" }));
    }

    [Fact]
    public void Compile_RouteToAnotherBackend_EveryCallerHasTheClusterThatItNeedsAndNoOther()
    {
        var redirected = Plain.Yaml("""
            kind: HttpRoute
            metadata: {name: moved}
            spec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {filters: [{type: RequestRedirect, requestRedirect: {hostname: elsewhere.example}}]}}]}]}
            """).Compile();
        var split = Plain.Yaml("""
            kind: HttpRoute
            metadata: {name: split}
            spec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders}, {name: next}]}}]}]}
            """).Compile();

        Assert.All(["one", "two"], caller => Assert.Empty(redirected.Snapshots[TestMesh.Id(caller)].Clusters));
        Assert.All(["one", "two", "three"], caller => Assert.Equal(["default/next/http", "default/orders/http"], split.Snapshots[TestMesh.Id(caller)].Clusters.Select(c => c.Name)));
        Assert.All(["one", "two"], caller => Assert.Equal(["default/orders/http"], Plain.Compile().Snapshots[TestMesh.Id(caller)].Clusters.Select(c => c.Name)));
    }

    private static Cluster Cluster(Mesh.Model.Compilation.CompiledMesh mesh, string caller) => mesh.Snapshots[TestMesh.Id(caller)].Clusters.Single(c => c.Upstream == Orders);

    private static RouteTable Table(Mesh.Model.Compilation.CompiledMesh mesh, string caller) => mesh.Snapshots[TestMesh.Id(caller)].RouteTables.Single(t => t.Name == ResourceNames.Outbound(Orders));

    private static PortRef Orders => new(TestMesh.Id("orders"), "http");
}
