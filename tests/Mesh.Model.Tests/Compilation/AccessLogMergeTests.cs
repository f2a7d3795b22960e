using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>Which access log is heard for whom: the table of docs/policies/accesslog.md.</summary>
public sealed class AccessLogMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/*"])
        .Service("shop/orders", ports: ["http", "db:tcp"]);

    [Fact]
    public void Compile_NoPolicy_LogsNothing()
    {
        Assert.All(Shop.Snapshot("shop/orders").Inbound, port => Assert.Empty(port.AccessLogs));
        Assert.All(Shop.Snapshot("web/storefront").Outbound, listener => Assert.Empty(listener.AccessLogs));
    }

    [Fact]
    public void Compile_HttpAndTcpPorts_HaveLinesOfTheirOwn()
    {
        var mesh = Shop.Yaml("""
            kind: AccessLog
            metadata: {name: all, namespace: mesh-system}
            spec:
              to: [{targetRef: {kind: Mesh}, default: {backends: [{type: Stdout}]}}]
              rules: [{default: {backends: [{type: Stdout}, {type: File, file: {path: /a.log}, format: {text: "%DURATION%"}}]}}]
            """);

        string?[] http = [AccessLog.DefaultText, "%DURATION%"];
        string?[] tcp = [AccessLog.DefaultTcpText, "%DURATION%"];
        Assert.Equal(http, Texts(Inbound(mesh, "http")));
        Assert.Equal(tcp, Texts(Inbound(mesh, "db")));
        Assert.Equal(http[..1], Texts(Outbound(mesh, "http")));
        Assert.Equal(tcp[..1], Texts(Outbound(mesh, "db")));
        var snapshot = mesh.Snapshot("shop/orders");
        Assert.Equal(snapshot.Inbound.Single(i => i.Port.Port == "db").AccessLogs, snapshot.FrontDoors.Single(d => d.Port.Port == "db").AccessLogs);
    }

    [Fact]
    public void Compile_EntriesForEverybody_TheNarrowestIsHeardWithItsWholeList()
    {
        var mesh = Shop.Yaml("""
            kind: AccessLog
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {backends: [{type: Stdout}, {type: File, file: {path: /a.log}}]}}]}
            ---
            kind: AccessLog
            metadata: {name: quiet, namespace: shop}
            spec: {targetRef: {kind: Service, name: orders, sectionName: db}, rules: [{default: {backends: []}}]}
            """);

        Assert.Equal(2, Inbound(mesh, "http").Length);
        Assert.Empty(Inbound(mesh, "db"));
    }

    [Fact]
    public void Compile_EntriesThatNameCallers_LogBesideTheOneForEverybody()
    {
        var logs = Inbound(
            Shop.Yaml("""
            kind: AccessLog
            metadata: {name: orders, namespace: shop}
            spec:
              rules:
              - default: {backends: [{type: Stdout}]}
              - matches: [{service: web/storefront}, {spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/jobs"}}]
                default: {backends: [{type: File, file: {path: /a.log}}]}
            """),
            "http");

        Assert.Equal(["everybody", "spiffe://shop.local/ns/web/sa/storefront", "spiffe://shop.local/ns/jobs"], logs.Select(l => l.Caller?.Value ?? "everybody"));
    }

    private static ImmutableArray<AccessLog> Inbound(TestMesh mesh, string port) => mesh.Snapshot("shop/orders").Inbound.Single(i => i.Port.Port == port).AccessLogs;

    private static ImmutableArray<AccessLog> Outbound(TestMesh mesh, string port) => mesh.Snapshot("web/storefront").Outbound.Single(l => l.Upstream.Port == port).AccessLogs;

    private static IEnumerable<string?> Texts(ImmutableArray<AccessLog> logs) => logs.Select(l => l.Text);
}
