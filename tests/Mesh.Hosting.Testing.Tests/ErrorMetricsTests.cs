namespace Mesh.Hosting.Testing.Tests;

public sealed class ErrorMetricsTests
{
    [Fact]
    public void Read_Metrics_FindsErrorsOfTheMeshAndNotTheAppsStatuses()
    {
        const string text = """
            # TYPE http_server_request_duration_seconds histogram
            http_server_request_duration_seconds_bucket{mesh_caller="a",error_type="permission_denied",le="0.1"} 7
            http_server_request_duration_seconds_count{mesh_caller="default/a",mesh_callee="default/b",mesh_direction="inbound",http_request_method="GET",error_type="permission_denied"} 7
            http_server_request_duration_seconds_count{mesh_caller="default/a",mesh_callee="default/b",mesh_direction="inbound",error_type="500"} 3
            http_server_request_duration_seconds_count{mesh_caller="default/a",mesh_callee="default/b",mesh_direction="inbound"} 90
            mesh_tunnel_duration_seconds_count{mesh_caller="default/a",mesh_callee="default/c",mesh_direction="outbound",error_type="connect_failed"} 2
            """;

        Assert.Equal(
            [new MeshErrorCount("default/a", "default/b", "inbound", "permission_denied", 7), new MeshErrorCount("default/a", "default/c", "outbound", "connect_failed", 2)],
            ErrorMetrics.Read(text));
    }

    [Theory]
    [InlineData("permission_denied; hop=orders-0; policy=default deny", "permission_denied", "orders-0", "default deny")]
    [InlineData("no_endpoints; hop=storefront-0", "no_endpoints", "storefront-0", null)]
    [InlineData("permission_denied", "permission_denied", null, null)]
    public void Read_Header_HasItsParts(string header, string code, string? hop, string? policy) => Assert.Equal(new MeshError(code, hop, policy), MeshError.Read(header));
}
