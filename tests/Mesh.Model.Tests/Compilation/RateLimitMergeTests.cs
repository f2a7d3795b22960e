using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Which limit is heard for whom: the table of docs/policies/ratelimit.md.</summary>
public sealed class RateLimitMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"])
        .Service("shop/orders", ports: ["http", "db:tcp"], labels: [("tier", "back")]);

    private const string Base = "spiffe://shop.local/ns";

    [Fact]
    public void Compile_NoPolicy_LimitsNothing()
    {
        Assert.All(Shop.Snapshot("shop/orders").Inbound, port => Assert.Same(InboundLimits.None, port.Limits));
    }

    [Fact]
    public void Compile_Callers_AreAskedFromTheNarrowestToEverybody()
    {
        var mesh = Shop.Yaml("""
            kind: RateLimit
            metadata: {name: orders, namespace: shop}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {http: {requestRate: {num: 1, interval: 1s}}, tcp: {connectionRate: {num: 10, interval: 1s}}}
              - matches: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web"}}, {spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web/sa"}}]
                default: {http: {requestRate: {num: 2, interval: 1s}}}
              - matches: [{service: web/storefront}]
                default: {http: {requestRate: {num: 3, interval: 1s, burst: 7}}, tcp: {disabled: true}}
            """);

        Assert.Equal(
            [$"{Base}/web/sa/storefront 3 in 1s (burst 7)", $"{Base}/web/sa* 2 in 1s", $"{Base}/web* 2 in 1s", "everybody 1 in 1s"],
            Limits(mesh, "http").Requests.Select(l => $"{Who(l.Caller)} {l.Rate}"));
        Assert.Equal(
            [$"{Base}/web/sa/storefront any", $"{Base}/web/sa* 10 in 1s", $"{Base}/web* 10 in 1s", "everybody 10 in 1s"],
            Limits(mesh, "db").Connections.Select(l => $"{Who(l.Caller)} {l.Rate?.ToString() ?? "any"}"));
        Assert.Empty(Limits(mesh, "http").Connections);
        var snapshot = mesh.Snapshot("shop/orders");
        Assert.Same(snapshot.Inbound.Single(i => i.Port.Port == "http").Limits, snapshot.FrontDoors.Single(d => d.Port.Port == "http").Limits);
        Assert.Contains(
            mesh.Compile().Explanations[TestMesh.Id("shop/orders")],
            a => a is { Where: "inbound/http", Setting: "rateLimit.http.requestRate", Value: "3 in 1s (burst 7) for spiffe://shop.local/ns/web/sa/storefront" });
    }

    [Fact]
    public void Compile_SettingsOfSeveralEntries_AreFoldedOneByOne()
    {
        var limits = Limits(
            Shop.Yaml("""
            kind: RateLimit
            metadata: {name: all, namespace: mesh-system}
            spec:
              rules: [{default: {http: {requestRate: {num: 9, interval: 1m}, announce: true, onRateLimit: {status: 503, headers: {set: [{name: a, value: b}]}}}}}]
            ---
            kind: RateLimit
            metadata: {name: orders, namespace: shop}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default:
                  http:
                    routes:
                    - {name: cheap, matches: [{path: {type: PathPrefix, value: /}, method: GET}, {method: HEAD}], disabled: true}
                    - {matches: [{path: {type: Exact, value: /dear}}], requestRate: {num: 1, interval: 1h}}
              - matches: [{service: web/storefront}]
                default: {http: {onRateLimit: {status: 429}}}
            """),
            "http").Requests;

        Assert.Equal(["cheap", "cheap", "routes[1]", "default", "cheap", "cheap", "routes[1]", "default"], limits.Select(l => l.Name));
        Assert.Equal([null, null, "1 in 1h", "9 in 1m"], limits.Skip(4).Select(l => l.Rate?.ToString()));
        Assert.Equal((429, 503), (limits[3].Status, limits[7].Status));
        Assert.All(limits, l => Assert.True(l.Announce));
        Assert.Equal([new("a", "b")], limits[7].Headers.Set.ToArray());
        Assert.Equal(new RouteMatch { Method = "GET" }, limits[4].Match);
        Assert.Equal(("shop/orders", "mesh-system/all"), (limits[6].Origin.Name, limits[7].Origin.Name));
    }

    [Fact]
    public void Compile_WhoIsNamedWithoutARate_IsNotHeldToRoutesOfOthers()
    {
        var limits = Limits(
            Shop.Yaml("""
            kind: RateLimit
            metadata: {name: orders, namespace: shop}
            spec:
              rules:
              - default: {http: {routes: [{matches: [{method: PUT}], requestRate: {num: 1, interval: 1h}}]}}
              - matches: [{service: web/storefront}]
                default: {http: {routes: []}}
            """),
            "http").Requests;

        Assert.Equal([$"{Base}/web/sa/storefront default any", "everybody routes[0] 1 in 1h"], limits.Select(l => $"{Who(l.Caller)} {l.Name} {l.Rate?.ToString() ?? "any"}"));
    }

    [Fact]
    public void Compile_CallerThatDoesNotExist_IsAWarning()
    {
        var mesh = Shop.Yaml("""
            kind: RateLimit
            metadata: {name: orders, namespace: shop}
            spec: {rules: [{matches: [{service: storefront}], default: {}}]}
            """);

        Assert.Contains(mesh.Compile().Warnings, w => w.Path.Text == "spec.rules[0].matches[0].service" && w.Message.StartsWith("names shop/storefront, which does not exist", StringComparison.Ordinal));
    }

    private static InboundLimits Limits(TestMesh mesh, string port) => mesh.Snapshot("shop/orders").Inbound.Single(i => i.Port.Port == port).Limits;

    private static string Who(PrincipalMatch? caller) => caller is null ? "everybody" : caller.Value + (caller.IsPrefix ? "*" : "");
}
