using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class HealthCheckExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["as it comes for one caller"] = (
            app => app.Storefront.WithMeshHealthCheck(app.Orders, c => c.Interval = TimeSpan.FromSeconds(10)),
            """
            kind: HealthCheck
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders}, default: {interval: 10s}}]
            """),
        ["all of it"] = (
            app => app.Orders.WithMeshHealthCheck(c =>
            {
                (c.Interval, c.Timeout, c.NoTrafficInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
                (c.UnhealthyThreshold, c.HealthyThreshold) = (4, 5);
                (c.InitialJitter, c.IntervalJitter, c.IntervalJitterPercent) = (TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7), 8);
                (c.ReuseConnection, c.FailTrafficOnPanic) = (false, true);
                (c.Http.Disabled, c.Http.Path, c.Http.ExpectedStatuses, c.Http.Headers) = (false, "/health", [200, 204], new Dictionary<string, string> { ["a"] = "b" });
                (c.Tcp.Disabled, c.Tcp.Send, c.Tcp.Receive) = (true, "cGluZw==", ["cG9uZw=="]);
                (c.Grpc.Disabled, c.Grpc.ServiceName, c.Grpc.Authority) = (false, "shop", "orders");
            }),
            """
            kind: HealthCheck
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                default:
                  interval: 1s
                  timeout: 2s
                  unhealthyThreshold: 4
                  healthyThreshold: 5
                  initialJitter: 6s
                  intervalJitter: 7s
                  intervalJitterPercent: 8
                  noTrafficInterval: 3s
                  reuseConnection: false
                  failTrafficOnPanic: true
                  http: {disabled: false, path: /health, expectedStatuses: [200, 204], headers: [{name: a, value: b}]}
                  tcp: {disabled: true, send: cGluZw==, receive: [cG9uZw==]}
                  grpc: {disabled: false, serviceName: shop, authority: orders}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
