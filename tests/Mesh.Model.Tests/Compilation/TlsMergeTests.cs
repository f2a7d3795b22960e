using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What handshakes may come to, and that both ends are told the same.</summary>
public sealed class TlsMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"])
        .Service("shop/orders", ports: ["http", "db:tcp"], labels: [("tier", "back")])
        .External("shop/bank", "bank.example", 443);

    [Fact]
    public void Compile_NoPolicy_IsTls13AtBothEnds()
    {
        Assert.All(Shop.Snapshot("shop/orders").Inbound, port => Assert.Same(DoorTls.Default, port.Tls));
        Assert.All(Shop.Snapshot("web/storefront").Clusters, cluster => Assert.Same(DoorTls.Default, cluster.Tls));
    }

    [Theory]
    [InlineData("{tlsVersion: {min: TLS12}}", "{}", "TLS12 TLS13")]
    [InlineData("{tlsVersion: {min: TLS12, max: TLS12}}", "{}", "TLS12 TLS12")]
    [InlineData("{tlsVersion: {min: TLS12}}", "{tlsVersion: {min: TLS13}}", "TLS13 TLS13")]
    [InlineData("{tlsVersion: {min: TLS12, max: TLS12}}", "{tlsVersion: {min: TLS13}}", "TLS13 TLS13")] // the stricter of two that contradict
    [InlineData("{tlsVersion: {max: TLS12}}", "{}", "TLS13 TLS13")]
    [InlineData("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-ECDSA-AES256-GCM-SHA384]}", "{}", "TLS12 TLS13 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305")]
    [InlineData("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-CHACHA20-POLY1305]}", "{tlsCiphers: [ECDHE-ECDSA-AES256-GCM-SHA384]}", "TLS12 TLS13 ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("{tlsVersion: {min: TLS12}, tlsCiphers: [ECDHE-ECDSA-CHACHA20-POLY1305]}", "{tlsVersion: {min: TLS13}}", "TLS13 TLS13")]
    [InlineData("{tlsCiphers: [ECDHE-ECDSA-CHACHA20-POLY1305]}", "{}", "TLS13 TLS13")]
    public void Compile_EverybodysWordThenTheServices_AreFoldedForBothEnds(string everybody, string orders, string expected)
    {
        var mesh = Shop.Yaml($$$"""
            kind: Tls
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {{{everybody}}} }]}
            ---
            kind: Tls
            metadata: {name: orders, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders, sectionName: http}, rules: [{default: {{{orders}}} }]}
            """);

        var door = mesh.Snapshot("shop/orders").Inbound.Single(p => p.Port.Port == "http").Tls;
        Assert.Equal(expected, string.Join(' ', [$"{door.Min}", $"{door.Max}", .. door.Ciphers.Select(c => c.ToWord())]));
        Assert.Equal(door, mesh.Cluster("web/storefront", "shop/orders/http").Tls);
    }

    [Theory]
    [InlineData("{}", "{}", "")]
    [InlineData("{mode: Permissive}", "{}", "http by mesh-system/all, db by mesh-system/all")]
    [InlineData("{mode: Permissive}", "{mode: Strict}", "db by mesh-system/all")]
    [InlineData("{}", "{mode: Permissive, tlsVersion: {min: TLS12}}", "http by shop/orders")]
    public void Compile_Mode_OpensFrontDoorsThatAreNotExternal(string everybody, string orders, string expected)
    {
        var mesh = Shop.Yaml($$$"""
            kind: Service
            metadata: {name: orders, namespace: shop}
            spec: {ports: [{name: http, protocol: http}, {name: db, protocol: tcp}, {name: web, protocol: http, external: true}]}
            ---
            kind: Tls
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {{{everybody}}} }]}
            ---
            kind: Tls
            metadata: {name: orders, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders, sectionName: http}, rules: [{default: {{{orders}}} }]}
            """);

        var doors = mesh.Snapshot("shop/orders").FrontDoors;
        Assert.Equal(expected, string.Join(", ", doors.Where(d => d.Permissive).OrderByDescending(d => d.Port.Port, StringComparer.Ordinal).Select(d => $"{d.Port.Port} by {d.PermissiveOrigin.Name}")));
        Assert.Equal(expected.Length > 0, mesh.Compile().Explanations[TestMesh.Id("shop/orders")].Any(a => a is { Setting: "tls.mode", Value: "Permissive" }));
    }

    [Fact]
    public void Compile_Origins_AreOfWhoIsHeardAtEachEnd()
    {
        var mesh = Shop.Yaml("""
            kind: Tls
            metadata: {name: back, namespace: shop}
            spec: {targetRef: {kind: Service, labels: {tier: back}}, rules: [{default: {tlsVersion: {min: TLS12}}}]}
            ---
            kind: Tls
            metadata: {name: not-yours, namespace: web}
            spec: {rules: [{default: {tlsVersion: {max: TLS12}}}]}
            """);

        Assert.Equal("shop/back", mesh.Snapshot("shop/orders").Inbound[0].Tls.Origin.Name);
        Assert.Contains(mesh.Cluster("web/storefront", "shop/orders/http").Origins, o => o.Name == "shop/back");
        foreach (var (service, where) in new[] { ("shop/orders", "inbound/http"), ("web/storefront", "cluster/shop/orders/http") })
        {
            Assert.Contains(mesh.Compile().Explanations[TestMesh.Id(service)], a => a is { Setting: "tls.tlsVersion.min", Value: "TLS12", Origin.Name: "shop/back" } && a.Where == where);
        }
    }
}
