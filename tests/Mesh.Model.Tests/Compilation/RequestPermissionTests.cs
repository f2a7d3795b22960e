using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What permissions say of requests beyond method and path.</summary>
public sealed class RequestPermissionTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders"])
        .Service("orders", ports: ["http", "raw:tcp"]);

    [Fact]
    public void Compile_Grpc_IsThePathOfItsCalls()
    {
        var rule = Assert.Single(Permission("allow: [{service: storefront, grpc: [{service: shop.Orders, method: Get}, {service: shop.Admin}]}]").Permissions("orders/http").Allow.Skip(1));

        Assert.Equal(
            [("POST", PathMatchKind.Exact, "/shop.Orders/Get"), ("POST", PathMatchKind.PathPrefix, "/shop.Admin")],
            rule.Requests.Select(r => (r.Method!, r.Path!.Kind, r.Path.Value)));
    }

    [Fact]
    public void Compile_Headers_AllBelongToEachRequest()
    {
        var rule = Assert.Single(Permission("deny: [{anyone: true, methods: [GET, PUT], headers: [{name: x-a, value: b}, {name: x-c, type: Absent}]}]").Permissions("orders/http").Deny);

        Assert.Equal(["GET x-a x-c", "PUT x-a x-c"], rule.Requests.Select(r => $"{r.Method} {string.Join(' ', r.Headers.Select(h => h.Name))}"));
        Assert.True(rule.Anyone);
        Assert.Empty(rule.Principals);
    }

    [Theory]
    [InlineData("methods: [DELETE]")]
    [InlineData("paths: [{type: Exact, value: /a}]")]
    [InlineData("headers: [{name: x-a, type: Present}]")]
    [InlineData("grpc: [{service: shop.Orders}]")]
    [InlineData("jwt: {}")]
    public void Compile_RuleAboutRequestsOnATcpPort_DeniesAndSaysSo(string about)
    {
        var mesh = Permission($"deny: [{{service: storefront, {about}}}], allow: [{{anyone: true, {about}}}], allowWithShadowDeny: [{{anyone: true, {about}}}]");
        var permissions = mesh.Permissions("orders/raw");

        var denial = Assert.Single(permissions.Deny);
        Assert.Empty(denial.Requests);
        Assert.Null(denial.Token);
        Assert.Equal(TestMesh.IdentityOf("storefront"), Assert.Single(denial.Principals).Value);
        Assert.Equal("Edge", Assert.Single(permissions.Allow).Origin.Kind);
        Assert.Empty(permissions.AllowWithShadowDeny);
        Assert.Empty(permissions.TokenProviders);
        var warnings = mesh.Compile().Warnings.Where(w => w.Rule.Id == "MESH147").ToDictionary(w => w.Path.Text, w => w.Message);
        Assert.Equal(3, warnings.Count);
        Assert.Contains("default/orders/raw speaks tcp, where nobody sees any: it denies the whole connection there", warnings["spec.rules[0].default.deny[0]"], StringComparison.Ordinal);
        Assert.Contains("it lets nothing pass there", warnings["spec.rules[0].default.allow[0]"], StringComparison.Ordinal);
        Assert.Contains("it lets nothing pass there", warnings["spec.rules[0].default.allowWithShadowDeny[0]"], StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_Jwt_NamesItsProvidersByPolicy()
    {
        var permissions = Permission("allow: [{anyone: true, jwt: {claims: [{path: [sub], values: [ann]}]}}, {service: storefront, jwt: {provider: q}}], deny: [{anyone: true, jwt: {missing: true}}]").Permissions("orders/http");

        Assert.Equal(["default/test/p", "default/test/q"], permissions.TokenProviders.Select(p => p.Name));
        Assert.Equal(["default/test/q", "default/test/p"], permissions.Allow[1].Token!.Providers);
        Assert.Equal(["default/test/q"], permissions.Allow[2].Token!.Providers);
        Assert.True(Assert.Single(permissions.Deny).Token!.Missing);
        Assert.Equal("sub is ann", string.Join(',', permissions.Allow[1].Token!.Claims.Select(c => $"{c.Path[0]} is {c.Values[0]}")));
    }

    [Fact]
    public void Compile_ProviderWithoutAudience_Warns() =>
        Assert.Contains(Permission("allow: []").Compile().Warnings, w => w.Message.Contains("takes tokens that https://q.example made for anybody", StringComparison.Ordinal));

    private static TestMesh Permission(string settings) => Shop.Yaml($$$"""
        kind: TrafficPermission
        metadata: {name: test}
        spec:
          targetRef: {kind: Service, name: orders}
          jwtProviders:
          - {name: q, issuer: "https://q.example", jwks: {url: "https://q.example/keys"}}
          - {name: p, issuer: p, audiences: [orders], jwks: {file: /keys.json}}
          rules:
          - default: { {{{settings}}} }
        """);
}
