using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class CircuitBreakerExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["limits for everybody"] = (
            app => app.Orders.WithMeshCircuitBreaker(b => (b.ConnectionLimits.MaxConnections, b.ConnectionLimits.MaxPendingRequests, b.ConnectionLimits.MaxRequests, b.ConnectionLimits.MaxRetries) = (1, 2, 3, 0)),
            """
            kind: CircuitBreaker
            metadata: {name: orders}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {connectionLimits: {maxConnections: 1, maxPendingRequests: 2, maxRequests: 3, maxRetries: 0}}}]}
            """),
        ["the receiving side"] = (
            app => app.Orders.WithMeshInboundCircuitBreaker(b => (b.MaxConnections, b.MaxPendingRequests, b.MaxRequests) = (1, 2, 3))
                .WithMeshInboundCircuitBreaker(b => b.MaxRequests = 4, from: app.Storefront),
            """
            kind: CircuitBreaker
            metadata: {name: orders-inbound}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {connectionLimits: {maxConnections: 1, maxPendingRequests: 2, maxRequests: 3}}
              - {matches: [{service: storefront}], default: {connectionLimits: {maxRequests: 4}}}
            """),
        ["detection as it comes"] = (
            app => app.Storefront.WithMeshCircuitBreaker(app.Orders, b => b.OutlierDetection = new()),
            """
            kind: CircuitBreaker
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders}, default: {outlierDetection: {}}}]
            """),
        ["every detector"] = (
            app => app.Mesh.WithMeshCircuitBreaker(b => b.OutlierDetection = new()
            {
                Disabled = false,
                Interval = TimeSpan.FromSeconds(1),
                BaseEjectionTime = TimeSpan.FromSeconds(2),
                MaxEjectionTime = TimeSpan.FromSeconds(3),
                MaxEjectionPercent = 40,
                SplitExternalAndLocalErrors = true,
                HealthyPanicThreshold = 12.5,
                TotalFailures = new() { Consecutive = 5 },
                GatewayFailures = new() { Consecutive = 6 },
                LocalOriginFailures = new(),
                SuccessRate = new() { MinimumHosts = 3, RequestVolume = 10, StandardDeviationFactor = 1.5 },
                FailurePercentage = new() { MinimumHosts = 4, RequestVolume = 20, Threshold = 50 },
            }),
            """
            kind: CircuitBreaker
            metadata: {name: all, namespace: mesh-system}
            spec:
              to:
              - targetRef: {kind: Mesh}
                default:
                  outlierDetection:
                    disabled: false
                    interval: 1s
                    baseEjectionTime: 2s
                    maxEjectionTime: 3s
                    maxEjectionPercent: 40
                    splitExternalAndLocalErrors: true
                    healthyPanicThreshold: 12.5
                    detectors:
                      totalFailures: {consecutive: 5}
                      gatewayFailures: {consecutive: 6}
                      localOriginFailures: {}
                      successRate: {minimumHosts: 3, requestVolume: 10, standardDeviationFactor: 1.5}
                      failurePercentage: {minimumHosts: 4, requestVolume: 20, threshold: 50}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
