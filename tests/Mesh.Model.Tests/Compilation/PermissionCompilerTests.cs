using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

public sealed class PermissionCompilerTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders"])
        .Service("orders", ports: ["http", "admin"], uses: ["payments/http"])
        .Service("payments", ports: ["http", "admin"]);

    [Fact]
    public void Compile_NoEdge_AllowsNobody()
    {
        var permissions = TestMesh.Empty.Service("orders", ports: ["http"]).Permissions("orders/http");

        Assert.Empty(permissions.Allow);
        Assert.Empty(permissions.AllowWithShadowDeny);
    }

    [Theory]
    [InlineData("orders/http", "storefront")]
    [InlineData("orders/admin", "storefront")]
    [InlineData("payments/http", "orders")]
    [InlineData("payments/admin", null)]
    [InlineData("storefront/http", null)]
    public void Compile_Edges_AllowTheirCallerOnTheirPort(string port, string? caller)
    {
        var allowed = Shop.Permissions(port).Allow.SelectMany(r => r.Principals).Select(p => p.Value);

        Assert.Equal(caller is null ? [] : [TestMesh.IdentityOf(caller)], allowed);
    }

    [Fact]
    public void Compile_Edge_IsItsOrigin()
    {
        var origin = Assert.Single(Shop.Permissions("orders/http").Allow).Origin;

        Assert.Equal(("Edge", "storefront → orders", "uses[0]"), (origin.Kind, origin.Name, origin.Rule));
    }

    [Fact]
    public void Compile_MethodsAndPaths_AreMultiplied()
    {
        var rule = Assert.Single(Shop.Deny("storefront", at: "orders", methods: ["POST", "PUT"], paths: [new(PathMatchKind.Exact, "/a"), new(PathMatchKind.PathPrefix, "/b")]).Permissions("orders/http").Deny);

        Assert.Equal(["POST /a", "POST /b", "PUT /a", "PUT /b"], rule.Requests.Select(r => $"{r.Method} {r.Path!.Value}"));
        Assert.Equal("rules[0].default.deny[0]", rule.Origin.Rule);
    }

    [Fact]
    public void Compile_PolicyOfAnotherNamespace_HasNoSay()
    {
        var mesh = TestMesh.Empty.Service("shop/orders", ports: ["http"]).Yaml("""
            kind: TrafficPermission
            metadata: {name: foreign, namespace: other}
            spec: {rules: [{default: {allow: [{service: other/intruder}]}}]}
            ---
            kind: TrafficPermission
            metadata: {name: named, namespace: other}
            spec: {targetRef: {kind: Service, name: orders, namespace: shop}, rules: [{default: {allow: [{service: other/intruder}]}}]}
            """);

        Assert.Empty(mesh.Permissions("shop/orders/http").Allow);
        Assert.Contains(mesh.Compile().Warnings, w => w.Resource.Name == "named" && w.Message.Contains("other namespaces", StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_PolicyOfTheSystem_ConcernsEveryNamespace()
    {
        var mesh = TestMesh.Empty.Service("shop/orders", ports: ["http"]).Yaml("""
            kind: TrafficPermission
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {deny: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/test"}}]}}]}
            """);

        Assert.Equal([new PrincipalMatch("spiffe://shop.local/ns/test", IsPrefix: true)], Assert.Single(mesh.Permissions("shop/orders/http").Deny).Principals);
    }

    [Theory]
    [InlineData("{kind: Mesh}", true, true, true)]
    [InlineData("{kind: Service, name: orders}", true, true, false)]
    [InlineData("{kind: Service, name: orders, sectionName: admin}", false, true, false)]
    [InlineData("{kind: Service, labels: {tier: back}}", true, true, false)]
    [InlineData("{kind: Service, labels: {tier: back, other: x}}", false, false, false)]
    public void Compile_TargetRef_SelectsPorts(string target, bool ordersHttp, bool ordersAdmin, bool paymentsHttp)
    {
        var mesh = TestMesh.Empty
            .Service("orders", ports: ["http", "admin"], labels: [("tier", "back")])
            .Service("payments", ports: ["http"])
            .Yaml($$$"""
                kind: TrafficPermission
                metadata: {name: some}
                spec: {targetRef: {{{target}}}, rules: [{default: {allow: [{service: orders}]}}]}
                """);

        Assert.Equal(
            (ordersHttp, ordersAdmin, paymentsHttp),
            (!mesh.Permissions("orders/http").Allow.IsEmpty, !mesh.Permissions("orders/admin").Allow.IsEmpty, !mesh.Permissions("payments/http").Allow.IsEmpty));
    }

    [Fact]
    public void FrontDoor_Always_AddsTheDeveloperToTheMeshDoor()
    {
        var snapshot = Shop.Deny("spiffe://shop.local/developer", at: "orders").Snapshot("orders");

        var door = snapshot.FrontDoors.Single(d => d.Port.Port == "http");
        var inbound = snapshot.Inbound.Single(d => d.Port.Port == "http");
        Assert.Equal([.. inbound.Permissions.Allow, .. door.Permissions.Allow[^1..]], door.Permissions.Allow);
        Assert.Equal("spiffe://shop.local/developer", Assert.Single(door.Permissions.Allow[^1].Principals).Value);
        Assert.Single(door.Permissions.Deny);
    }

    [Fact]
    public void ApplyTo_LastSnapshot_ChangesPermissionsOnly()
    {
        var last = Shop.Allow("storefront", at: "payments").Snapshot("payments");
        Assert.Equal(2, Http(last).Permissions.Allow.Length);

        var now = PermissionCompiler.Compile(Shop.Topology, Shop.Policies).ApplyTo(last);

        Assert.Equal("orders", Assert.Single(Http(now).Permissions.Allow).Principals[0].Value.Split('/')[^1]);
        Assert.Equal(2, now.FrontDoors.Single(d => d.Port.Port == "http").Permissions.Allow.Length);
        Assert.Equal(Http(last).Timeouts, Http(now).Timeouts);
    }

    private static InboundPort Http(ProxySnapshot snapshot) => snapshot.Inbound.Single(p => p.Port.Port == "http");
}
