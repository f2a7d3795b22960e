using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Which limit of the receiving side is heard for whom.</summary>
public sealed class ConcurrencyMergeTests
{
    private const string Base = "spiffe://shop.local/ns";

    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"])
        .Service("shop/orders", ports: ["http", "db:tcp"]);

    [Fact]
    public void Compile_NoRules_LimitsNothing()
    {
        var mesh = Shop.Yaml("""
            kind: CircuitBreaker
            metadata: {name: orders, namespace: shop}
            spec: {to: [{targetRef: {kind: Mesh}, default: {connectionLimits: {maxRequests: 5}}}]}
            """);

        Assert.All(mesh.Snapshot("shop/orders").Inbound, port => Assert.Empty(port.Concurrency));
    }

    [Fact]
    public void Compile_Callers_AreAskedFromTheNarrowestToEverybodyAndInheritWhatTheyDoNotSay()
    {
        var mesh = Shop.Yaml("""
            kind: CircuitBreaker
            metadata: {name: all, namespace: mesh-system}
            spec:
              rules: [{default: {connectionLimits: {maxRequests: 100, maxConnections: 20, maxPendingRequests: 7}}}]
            ---
            kind: CircuitBreaker
            metadata: {name: orders, namespace: shop}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {connectionLimits: {maxRequests: 50}}
              - matches: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web"}}]
                default: {connectionLimits: {maxConnections: 3}}
              - matches: [{service: web/storefront}]
                default: {connectionLimits: {maxRequests: 5}}
            """);

        Assert.Equal(
            [$"{Base}/web/sa/storefront requests=5 connections= pending=", $"{Base}/web* requests=50 connections= pending=", "everybody requests=50 connections=20 pending=7"],
            Limits(mesh, "http"));
        Assert.Equal(
            [$"{Base}/web/sa/storefront requests= connections=3 pending=", $"{Base}/web* requests= connections=3 pending=", "everybody requests= connections=20 pending="],
            Limits(mesh, "db"));
        var snapshot = mesh.Snapshot("shop/orders");
        Assert.Equal(snapshot.Inbound[0].Concurrency.AsEnumerable(), snapshot.FrontDoors[0].Concurrency);
        Assert.Contains(
            mesh.Compile().Explanations[TestMesh.Id("shop/orders")],
            a => a is { Where: "inbound/http", Setting: "circuitBreaker.connectionLimits.maxRequests", Value: "5 for spiffe://shop.local/ns/web/sa/storefront" } && a.Overruled.Select(o => o.Value).SequenceEqual(["50", "100"]));
    }

    [Theory]
    [InlineData("web", "http", "maxRequests: 1", "selects services of other namespaces only")]
    [InlineData("shop", "http", "maxConnections: 1", "all callers share the connections to the app; use maxRequests")]
    [InlineData("shop", "db", "maxRequests: 1", "the ports speak tcp, which has none; use maxConnections")]
    [InlineData("shop", "db", "maxConnections: 1", null)]
    public void Compile_LimitThatLimitsNothing_IsWarnedOf(string space, string port, string limit, string? expected)
    {
        var warnings = Shop.Yaml($$"""
            kind: CircuitBreaker
            metadata: {name: orders, namespace: {{space}}}
            spec:
              targetRef: {kind: Service, name: orders, namespace: shop, sectionName: {{port}}}
              rules: [{matches: [{service: web/storefront}], default: {connectionLimits: { {{limit}} } } }]
            """).Compile().Warnings.Where(w => w.Resource.Kind == "CircuitBreaker").ToList();

        Assert.Equal(expected is null ? 0 : 1, warnings.Count(w => expected is null || w.Message.Contains(expected, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Limits(TestMesh mesh, string port) =>
        mesh.Snapshot("shop/orders").Inbound.Single(i => i.Port.Port == port).Concurrency.Select(l =>
            $"{(l.Caller is { } caller ? caller.Value + (caller.IsPrefix ? "*" : "") : "everybody")} requests={l.Requests} connections={l.Connections} pending={l.Pending}");
}
