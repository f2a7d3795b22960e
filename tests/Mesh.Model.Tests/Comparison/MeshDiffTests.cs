using Mesh.Model.Comparison;
using Mesh.Model.Simulation;
using Mesh.Model.Topology;
using Mesh.Testing;

namespace Mesh.Model.Tests.Comparison;

/// <summary>What a change of documents changes at sidecars, in the words of policies.</summary>
public sealed class MeshDiffTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["payments"])
        .Service("payments", ports: ["http"])
        .Service("payments-next", ports: ["http"]);

    private const string Slow = "kind: Timeout\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: payments}, default: {request: 30s, connect: 3s}}]}";

    public static TheoryData<string, string, string[]> Changes => new()
    {
        { "", "", [] },
        { Slow, Slow, [] },
        { "", Slow, ["default/storefront: cluster/default/payments/http: timeout.connect: nothing -> 3s", "default/storefront: outbound/default/payments/http: timeout.request: nothing -> 30s"] },
        { Slow, Slow.Replace("30s", "2s", StringComparison.Ordinal), ["default/storefront: outbound/default/payments/http: timeout.request: 30s -> 2s"] },
        { Slow, "", ["default/storefront: cluster/default/payments/http: timeout.connect: 3s -> nothing", "default/storefront: outbound/default/payments/http: timeout.request: 30s -> nothing"] },
        {
            "", "kind: TrafficPermission\nmetadata: {name: p}\nspec: {targetRef: {kind: Service, name: payments}, rules: [{default: {deny: [{service: storefront, methods: [DELETE]}]}}]}",
            ["default/payments: inbound/http: deny: nothing -> spiffe://shop.local/ns/default/sa/storefront: DELETE any path"]
        },
        {
            "", "kind: HttpRoute\nmetadata: {name: r}\nspec: {to: [{targetRef: {kind: Service, name: payments}, rules: [{matches: [{path: {type: PathPrefix, value: /v2}}], default: {backendRefs: [{name: payments-next}]}}]}]}",
            [
                "default/storefront: outbound/default/payments/http: route /v2/*: nothing -> to default/payments-next/http",
                "default/storefront: outbound/default/payments/http: route every request: to default/payments/http -> nothing",
            ]
        },
        {
            "", "kind: Service\nmetadata: {name: job}\nspec: {uses: [payments]}",
            [
                "default/job: outbound/default/payments/http: edge: nothing -> http",
                "default/job: outbound/default/payments/http: route every request: nothing -> to default/payments/http",
                "default/payments: inbound/http: allow: nothing -> spiffe://shop.local/ns/default/sa/job",
            ]
        },
        {
            "", "kind: Timeout\nmetadata: {name: i}\nspec: {targetRef: {kind: Service, name: payments}, rules: [{matches: [{service: storefront}], default: {request: 1s}}]}",
            ["default/payments: inbound/http: timeout.request: nothing -> 1s for spiffe://shop.local/ns/default/sa/storefront"]
        },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Between_TwoMeshes_NamesWhatEachSidecarDoesOtherwise(string before, string after, string[] expected)
    {
        var changes = MeshDiff.Between(With(before).Compile(), With(after).Compile());

        Assert.Equal(expected, changes.Select(c => c.ToString()));
        Assert.All(changes, c => Assert.True(c.Before is null == c.BeforeOrigin is null && c.After is null == c.AfterOrigin is null));
    }

    [Fact]
    public void Rehearse_ShadowPolicy_IsReportedAndNotApplied()
    {
        var mesh = Shop.Yaml(Slow).Yaml("kind: Timeout\nmetadata: {name: faster, labels: {mesh.dev/effect: shadow}}\nspec: {targetRef: {kind: Service, name: storefront}, to: [{targetRef: {kind: Service, name: payments}, default: {request: 2s}}]}");
        var now = mesh.Compile();
        var request = new SimulatedRequest { Caller = TestMesh.Id("storefront"), Callee = new PortRef(TestMesh.Id("payments"), "http") };

        var explained = RequestSimulator.Explain(mesh.Configuration, now, request);

        Assert.Equal(TimeSpan.FromSeconds(30), mesh.Routes("storefront", "payments/http")[0].Timeouts.Request);
        Assert.Equal(["faster"], mesh.Configuration.Rehearsed.All.Select(p => p.Metadata.Name));
        Assert.Equal(["default/storefront: outbound/default/payments/http: timeout.request: 30s -> 2s"], MeshDiff.Between(now, mesh.Configuration.Rehearse()).Select(c => c.ToString()));
        Assert.Equal(["default/storefront timeout.request: 30s would be 2s by Timeout default/faster to[0] (test.yaml:3)"], explained.Shadow);
    }

    [Fact]
    public void Rehearse_ShadowDenial_IsNotEnforcedAndWouldRefuse()
    {
        var mesh = Shop.Yaml("kind: TrafficPermission\nmetadata: {name: strict, labels: {mesh.dev/effect: shadow}}\nspec: {targetRef: {kind: Service, name: payments}, rules: [{default: {deny: [{service: storefront}]}}]}");
        var request = new SimulatedRequest { Caller = TestMesh.Id("storefront"), Callee = new PortRef(TestMesh.Id("payments"), "http") };

        var explained = RequestSimulator.Explain(mesh.Configuration, mesh.Compile(), request);

        Assert.True(explained.Passes);
        Assert.Empty(mesh.Permissions("payments/http").Deny);
        Assert.Contains("default/payments/http is not reached: permission_denied (now: default/payments/http answers)", explained.Shadow);
    }

    [Fact]
    public void Read_MisspeltEffect_IsAMistake()
    {
        var mistake = Assert.Throws<ArgumentException>(() => Shop.Yaml("kind: Timeout\nmetadata: {name: t, labels: {mesh.dev/effect: shadwo}}\nspec: {to: [{targetRef: {kind: Mesh}, default: {request: 1s}}]}"));

        Assert.Contains("metadata.labels.mesh.dev/effect: must be shadow but is \"shadwo\"", mistake.Message, StringComparison.Ordinal);
    }

    private static TestMesh With(string yaml) => yaml.Length == 0 ? Shop : Shop.Yaml(yaml);
}
