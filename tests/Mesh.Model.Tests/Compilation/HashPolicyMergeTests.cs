using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What requests are hashed by, and by whose word.</summary>
public sealed class HashPolicyMergeTests
{
    private const string ByCustomer = """
        kind: LoadBalancing
        metadata: {name: ring, namespace: shop}
        spec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: RingHash, hashPolicies: [{type: Header, header: {name: customer}}]}}]}
        """;

    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*", "shop/orders-next/*"])
        .Service("shop/orders", ports: ["http", "db:tcp"])
        .Service("shop/orders-next", ports: ["http"]);

    [Fact]
    public void Compile_RingHash_ReachesClusterAndRoutesWithItsOrigin()
    {
        var mesh = Shop.Yaml(ByCustomer);

        var balancing = mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing;
        Assert.Equal((LoadBalancingKind.RingHash, new RingSize(), "shop/ring"), (balancing.Kind, balancing.Ring, balancing.Origin.Name));
        Assert.Equal([new HashPolicy(HashPolicyKind.Header, "customer")], Hashed(mesh, "shop/orders/http"));
        Assert.Equal("loadBalancing.hashPolicies = Header customer by LoadBalancing shop/ring to[0] (test.yaml:3)", Explained(mesh));
    }

    [Fact]
    public void Compile_Maglev_HasItsTable()
    {
        var mesh = Shop.Yaml("""
            kind: LoadBalancing
            metadata: {name: table, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: Maglev, maglev: {tableSize: 251}, hashPolicies: [{type: Cookie, cookie: {name: shop, ttl: 1h, path: /}, terminal: true}, {type: QueryParameter, queryParameter: {name: id}}, {type: Source}]}}]}
            """);

        Assert.Equal(251, mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing.TableSize);
        Assert.Equal(
            [new HashPolicy(HashPolicyKind.Cookie, "shop") { Ttl = TimeSpan.FromHours(1), Path = "/", Terminal = true }, new HashPolicy(HashPolicyKind.QueryParameter, "id"), new HashPolicy(HashPolicyKind.Source)],
            Hashed(mesh, "shop/orders/http"));
    }

    [Fact]
    public void Compile_SettingsOfTwoPolicies_AreFoldedFieldByField()
    {
        var mesh = Shop.Yaml($$$"""
            {{{ByCustomer}}}
            ---
            kind: LoadBalancing
            metadata: {name: own, namespace: web}
            spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {ringHash: {maxRingSize: 512}, hashPolicies: [{type: Source}]}}]}
            """);

        Assert.Equal(new RingSize(512, 512), mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing.Ring);
        Assert.Equal([new HashPolicy(HashPolicyKind.Source)], Hashed(mesh, "shop/orders/http"));
    }

    [Fact]
    public void Compile_TypeThatIsOverruled_HashesNothing()
    {
        var mesh = Shop.Yaml($$$"""
            {{{ByCustomer}}}
            ---
            kind: LoadBalancing
            metadata: {name: own, namespace: web}
            spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {type: Random}}]}
            """);

        Assert.Null(mesh.Cluster("web/storefront", "shop/orders/http").LoadBalancing.Ring);
        Assert.Empty(Hashed(mesh, "shop/orders/http"));
    }

    [Fact]
    public void Compile_SplitOverTwo_TakesThoseOfTheFirstThatHashes()
    {
        var mesh = Shop.Yaml($$$"""
            {{{ByCustomer}}}
            ---
            kind: HttpRoute
            metadata: {name: canary, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders-next, weight: 1}, {name: orders, weight: 9}]}}]}]}
            """);

        Assert.Equal([new HashPolicy(HashPolicyKind.Header, "customer")], Hashed(mesh, "shop/orders/http"));
        Assert.Empty(Hashed(mesh, "shop/orders-next/http"));
    }

    private static IEnumerable<HashPolicy> Hashed(TestMesh mesh, string upstream) =>
        mesh.Routes("web/storefront", upstream).Select(rule => rule.Action).OfType<ForwardAction>().SelectMany(forward => forward.HashPolicies);

    private static string Explained(TestMesh mesh)
    {
        var applied = Assert.Single(mesh.Compile().Explanations[TestMesh.Id("web/storefront")], a => a.Setting == "loadBalancing.hashPolicies");
        return applied.ToString()[(applied.Where.Length + 1)..];
    }
}
