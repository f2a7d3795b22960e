using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

public sealed class HttpRouteCompilerTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", uses: ["orders", "orders-v2"])
        .Service("basket", uses: ["orders"])
        .Service("orders", ports: ["http", "db:tcp"])
        .Service("orders-v2", ports: ["http", "db:tcp"]);

    [Fact]
    public void Compile_NoRoute_PassesThrough()
    {
        var rule = Assert.Single(Shop.Routes("storefront", "orders/http"));

        Assert.Equal(RouteMatch.Any, rule.Match);
        Assert.Equal(["default/orders/http 1"], Backends(rule));
        Assert.Equal(Origin.Default, rule.Origin);
    }

    [Fact]
    public void Compile_RouteThatMatchesSome_LeavesTheRestToNotFound()
    {
        var rule = Assert.Single(Shop.Yaml(Route("orders", "- matches: [{path: {type: Exact, value: /a}}]")).Routes("storefront", "orders/http"));

        Assert.Equal(new PathMatch(PathMatchKind.Exact, "/a"), rule.Match.Path);
        Assert.Equal(["default/orders/http 1"], Backends(rule));
        Assert.Equal(("HttpRoute", "default/orders", "to[0].rules[0]"), (rule.Origin.Kind, rule.Origin.Name, rule.Origin.Rule));
        Assert.Equal("test.yaml:8", rule.Origin.Location);
    }

    [Theory]
    [InlineData("path: {type: Exact, value: /a}", "path: {type: RegularExpression, value: /a.*}", "path: {type: PathPrefix, value: /aaaaaaaaaaaaaaa}")]
    [InlineData("path: {type: PathPrefix, value: /a/b}", "path: {type: PathPrefix, value: /a}", "path: {type: PathPrefix, value: /}")]
    [InlineData("path: {type: PathPrefix, value: /a/}", "method: GET", "headers: [{name: a, value: b}]")]
    [InlineData("path: {type: Exact, value: /a}, method: GET", "path: {type: Exact, value: /a}, headers: [{name: a, value: b}, {name: c, value: d}]", "path: {type: Exact, value: /a}")]
    [InlineData("method: GET", "headers: [{name: a, value: b}, {name: c, value: d}]", "headers: [{name: a, value: c}]")]
    [InlineData("headers: [{name: a, value: b}]", "queryParams: [{name: a, value: b}, {name: b, value: b}]", "queryParams: [{name: a, value: b}]")]
    public void Compile_Matches_AreTriedByPrecedence(string first, string second, string third)
    {
        string[] inOrder = [first, second, third];
        foreach (var order in new int[][] { [0, 1, 2], [2, 1, 0], [1, 2, 0] })
        {
            var rules = string.Join("\n    ", order.Select(i => $"- {{name: r{i}, matches: [{{{inOrder[i]}}}]}}"));

            var names = Shop.Yaml(Route("orders", rules)).Routes("storefront", "orders/http").Select(r => r.Name);

            Assert.Equal(["default/orders/r0", "default/orders/r1", "default/orders/r2"], names);
        }
    }

    [Fact]
    public void Compile_EqualPrecedence_FirstRuleOfTheDocumentThenPolicyByName()
    {
        var mesh = Shop
            .Yaml(Route("b", "- {name: one, matches: [{headers: [{name: a, value: '1'}]}]}\n    - {name: two, matches: [{headers: [{name: a, value: '2'}]}]}"))
            .Yaml(Route("a", "- {name: three, matches: [{headers: [{name: a, value: '3'}]}]}"));

        Assert.Equal(["default/a/three", "default/b/one", "default/b/two"], mesh.Routes("storefront", "orders/http").Select(r => r.Name));
    }

    [Fact]
    public void Compile_SameMatchInTwoPolicies_IsOneRuleOfTheNarrowerOne()
    {
        var mesh = Shop
            .Yaml(Route("all", """
                - matches: [{path: {type: PathPrefix, value: /}}]
                      default:
                        filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x]}}]
                        backendRefs: [{name: orders}]
                """))
            .Yaml(Route("beta", "- {matches: [{path: {type: PathPrefix, value: /}}], default: {backendRefs: [{name: orders-v2}]}}", "{kind: Service, name: storefront}"));

        var storefront = Assert.Single(mesh.Routes("storefront", "orders/http"));
        var basket = Assert.Single(mesh.Routes("basket", "orders/http"));

        Assert.Equal(["default/orders-v2/http 1"], Backends(storefront));
        Assert.Equal(["x"], storefront.RequestHeaders.Remove);
        Assert.Equal("default/beta", storefront.Origin.Name);
        Assert.Equal(["default/orders/http 1"], Backends(basket));
    }

    [Fact]
    public void Compile_PrefixWithTrailingSlash_IsTheSameMatch()
    {
        var rule = Assert.Single(Shop.Yaml(Route("orders", "- {name: a, matches: [{path: {type: PathPrefix, value: /a/}}]}\n    - {name: b, matches: [{path: {type: PathPrefix, value: /a}}]}")).Routes("storefront", "orders/http"));

        Assert.Equal(("default/orders/a", "/a"), (rule.Name, rule.Match.Path!.Value));
    }

    [Fact]
    public void Compile_BackendThatDoesNotExist_KeepsItsShare()
    {
        var mesh = Shop.Yaml(Route("orders", "- default: {backendRefs: [{name: orders, weight: 3}, {name: nowhere}, {name: orders-v2, port: db}]}"));

        Assert.Equal(["default/orders/http 3", "default/nowhere/http 1", "invalid/default/orders-v2/db 1"], Backends(Assert.Single(mesh.Routes("storefront", "orders/http"))));
        Assert.DoesNotContain(mesh.Snapshot("storefront").Clusters, c => c.Name is "default/nowhere/http" or "invalid/default/orders-v2/db");
        Assert.Equal(2, mesh.Compile().Warnings.Count(w => w.Message.StartsWith("cannot be used", StringComparison.Ordinal)));
    }

    [Fact]
    public void Compile_AllWeightsZero_Answers500()
    {
        var action = Assert.Single(Shop.Yaml(Route("orders", "- default: {backendRefs: [{name: orders, weight: 0}]}")).Routes("storefront", "orders/http")).Action;

        Assert.Equal(500, Assert.IsType<DirectResponseAction>(action).Status);
    }

    [Fact]
    public void Compile_BackendWithoutEdge_GetsAClusterAndAWarning()
    {
        var mesh = Shop.Yaml(Route("orders", "- default: {backendRefs: [{name: orders-v2}]}"));

        Assert.Contains(mesh.Snapshot("basket").Clusters, c => c.Name == "default/orders-v2/http");
        Assert.DoesNotContain(mesh.Snapshot("basket").Outbound, l => l.Upstream.Service.Name == "orders-v2");
        var warning = Assert.Single(mesh.Compile().Warnings);
        Assert.Contains("default/basket to default/orders-v2/http, which refuses them", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_ExternalBackend_NeedsTheCallersOwnEdge()
    {
        var mesh = Shop.External("stripe", "api.stripe.com", 443).Service("storefront", uses: ["orders", "stripe"]).Yaml(Route("orders", "- default: {backendRefs: [{name: stripe, port: https}]}"));

        Assert.Equal(["default/stripe/https 1"], Backends(Assert.Single(mesh.Routes("storefront", "orders/http"))));
        Assert.Equal(["invalid/default/stripe/https 1"], Backends(Assert.Single(mesh.Routes("basket", "orders/http"))));
        Assert.DoesNotContain(mesh.Snapshot("basket").Clusters, c => c.Upstream.Service.Name == "stripe");
        Assert.Contains("requests of default/basket out of the mesh", Assert.Single(mesh.Compile().Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_Filters_BecomeTheAction()
    {
        var rules = Shop.Yaml(Route("orders", """
            - name: rewrite
                  matches: [{path: {type: PathPrefix, value: /v1}}]
                  default:
                    filters:
                    - {type: URLRewrite, urlRewrite: {hostname: o.local, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}
                    - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: a, value: b}]}}
                - name: redirect
                  default: {filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 308}}]}
            """)).Routes("storefront", "orders/http");

        var forward = Assert.IsType<ForwardAction>(rules[0].Action);
        Assert.Equal(("o.local", new PathRewrite(true, "/")), (forward.RewriteHost, forward.RewritePath));
        Assert.Equal("a", Assert.Single(rules[0].ResponseHeaders.Set).Key);
        Assert.Equal(new RedirectAction { Scheme = "https", Status = 308 }, rules[1].Action);
    }

    [Fact]
    public void Compile_TcpRoute_SplitsConnections()
    {
        var mesh = Shop.Yaml("""
            kind: TcpRoute
            metadata: {name: db}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                rules: [{default: {backendRefs: [{name: orders, weight: 9}, {name: orders-v2}, {name: orders-v2, port: http}]}}]
            """);

        var listener = mesh.Snapshot("storefront").Outbound.Single(l => l.Name == "outbound/default/orders/db");
        Assert.Equal(["default/orders/db 9", "default/orders-v2/db 1", "invalid/default/orders-v2/http 1"], listener.TcpBackends.Select(b => $"{b.Cluster} {b.Weight}"));
    }

    private static IEnumerable<string> Backends(RouteRule rule) => Assert.IsType<ForwardAction>(rule.Action).Backends.Select(b => $"{b.Cluster} {b.Weight}");

    private static string Route(string name, string rules, string target = "{kind: Mesh}") => $$"""
        kind: HttpRoute
        metadata: {name: {{name}}}
        spec:
          targetRef: {{target}}
          to:
          - targetRef: {kind: Service, name: orders}
            rules:
            {{rules}}
        """;
}
