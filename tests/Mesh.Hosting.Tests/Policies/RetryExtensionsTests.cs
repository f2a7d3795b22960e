using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class RetryExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["everything"] = (
            app => app.Storefront.WithMeshRetry(app.Orders, r =>
            {
                (r.Http.NumRetries, r.Http.PerTryTimeout) = (3, TimeSpan.FromMilliseconds(800));
                (r.Http.BackOffBase, r.Http.BackOffMax) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
                r.Http.RetryOn = [MeshHttpRetryCondition.ConnectFailure, MeshHttpRetryCondition.RefusedStream, MeshHttpRetryCondition.Reset,
                    MeshHttpRetryCondition.GatewayError, MeshHttpRetryCondition.ServerError, MeshHttpRetryCondition.Retriable4xx];
                r.Http.RetryOnStatus = [429, 503];
                (r.Grpc.NumRetries, r.Grpc.PerTryTimeout) = (1, TimeSpan.Zero);
                (r.Grpc.BackOffBase, r.Grpc.BackOffMax) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(40));
                r.Grpc.RetryOn = Enum.GetValues<MeshGrpcRetryCondition>();
                r.MaxConnectAttempts = 5;
                (r.Budget.Percent, r.Budget.Interval, r.Budget.MinPerSecond) = (12.5, TimeSpan.FromSeconds(30), 2);
            }),
            """
            kind: Retry
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to:
              - targetRef: {kind: Service, name: orders}
                default:
                  http:
                    numRetries: 3
                    perTryTimeout: 800ms
                    backOff: {base: 50ms, max: 1s}
                    retryOn: [ConnectFailure, RefusedStream, Reset, GatewayError, 5xx, Retriable4xx, "429", "503"]
                  grpc:
                    numRetries: 1
                    perTryTimeout: 0s
                    backOff: {base: 5ms, max: 40ms}
                    retryOn: [ConnectFailure, RefusedStream, Reset, Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable]
                  tcp: {maxConnectAttempts: 5}
                  budget: {percent: 12.5, interval: 30s, minPerSecond: 2}
            """),
        ["never, for everybody"] = (
            app => app.Orders.WithMeshRetry(r => (r.Http.RetryOn, r.Grpc.NumRetries) = ([], 0), endpoint: "http"),
            """
            kind: Retry
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders, sectionName: http}
                default: {http: {retryOn: []}, grpc: {numRetries: 0}}
            """),
        ["only by status"] = (
            app => app.Mesh.WithMeshRetry(r => r.Http.RetryOnStatus = [503]),
            """
            kind: Retry
            metadata: {name: all, namespace: mesh-system}
            spec: {to: [{targetRef: {kind: Mesh}, default: {http: {retryOn: ["503"]}}}]}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
