using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

/// <summary>What of several HealthCheck policies holds, and what a port is asked by.</summary>
public sealed class HealthCheckMergeTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("web/storefront", uses: ["shop/orders/http", "shop/orders/grpc", "shop/orders/tcp"])
        .Service("shop/orders", ports: ["http", "grpc", "tcp"]);

    [Theory]
    [InlineData("http", "{}", "{}", "Http 60 15 5 1 / 200")]
    [InlineData("http", "{http: {path: /health, expectedStatuses: [204, 200]}}", "{interval: 5s}", "Http 5 15 5 1 /health 200,204")]
    [InlineData("http", "{http: {path: /health}}", "{http: {path: /live}}", "Http 60 15 5 1 /live 200")]
    [InlineData("http", "{http: {disabled: true}}", "{unhealthyThreshold: 2}", "Tcp 60 15 2 1")]
    [InlineData("http", "{http: {disabled: true}, tcp: {disabled: true}}", "{}", "none")]
    [InlineData("http", "{http: {disabled: true}}", "{http: {disabled: false}}", "Http 60 15 5 1 / 200")]
    [InlineData("grpc", "{grpc: {serviceName: shop}}", "{healthyThreshold: 3}", "Grpc 60 15 5 3 shop")]
    [InlineData("grpc", "{grpc: {disabled: true}}", "{}", "Http 60 15 5 1 / 200")]
    [InlineData("tcp", "{tcp: {send: cGluZw==, receive: [cG9uZw==]}}", "{}", "Tcp 60 15 5 1 cGluZw== cG9uZw==")]
    public void Compile_ByProtocol_IsFoldedOneByOne(string port, string callee, string caller, string expected)
    {
        var mesh = Shop.Yaml($$$"""
            kind: HealthCheck
            metadata: {name: theirs, namespace: shop}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {{{callee}}} }]}
            ---
            kind: HealthCheck
            metadata: {name: own, namespace: web}
            spec: {to: [{targetRef: {kind: Service, name: orders, namespace: shop}, default: {{{caller}}} }]}
            """);

        Assert.Equal(expected, mesh.Cluster("web/storefront", $"shop/orders/{port}").HealthCheck is { } check ? Show(check) : "none");
    }

    [Fact]
    public void Compile_NoPolicy_AsksNobody() => Assert.Null(Shop.Cluster("web/storefront", "shop/orders/http").HealthCheck);

    private static string Show(HealthCheck check)
    {
        var own = check.Kind switch
        {
            HealthCheckKind.Http => $"{check.Path} {string.Join(',', check.ExpectedStatuses)}",
            HealthCheckKind.Tcp => $"{check.Send} {string.Join(',', check.Receive)}",
            _ => check.ServiceName,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{check.Kind} {check.Interval.TotalSeconds} {check.Timeout.TotalSeconds} {check.UnhealthyThreshold} {check.HealthyThreshold} {own}").TrimEnd();
    }
}
