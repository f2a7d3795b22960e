using Aspire.Hosting;
using Mesh.Hosting.Policies;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>What AppHosts in other languages call says the same as the C# form.</summary>
public sealed class PolicyExportsTests
{
    private static readonly Dictionary<string, (Action<ShopApp> Export, Action<ShopApp> CSharp)> Twins = new()
    {
        ["timeout"] = (
            app => PolicyExports.WithMeshTimeoutExport(app.Orders, new MeshTimeout { Request = TimeSpan.FromSeconds(2) }),
            app => app.Orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(2))),
        ["timeout to"] = (
            app => PolicyExports.WithMeshTimeoutExport(app.Storefront, new MeshTimeout { Request = TimeSpan.FromSeconds(2) }, app.Orders, "http"),
            app => app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2), "http")),
        ["inbound timeout"] = (
            app => PolicyExports.WithMeshInboundTimeoutExport(app.Orders, new MeshInboundTimeout { Idle = TimeSpan.FromSeconds(2) }, app.Storefront),
            app => app.Orders.WithMeshInboundTimeout(t => t.Idle = TimeSpan.FromSeconds(2), app.Storefront)),
        ["retry"] = (
            app => PolicyExports.WithMeshRetryExport(app.Storefront, new MeshRetry { Http = new() { NumRetries = 4 } }, app.Orders),
            app => app.Storefront.WithMeshRetry(app.Orders, r => r.Http.NumRetries = 4)),
        ["load balancing"] = (
            app => PolicyExports.WithMeshLoadBalancingExport(app.Orders, new MeshLoadBalancing { Wire = MeshWire.Http1 }),
            app => app.Orders.WithMeshLoadBalancing(b => b.Wire = MeshWire.Http1)),
        ["telemetry"] = (
            app => PolicyExports.WithMeshTelemetryExport(app.Orders, new MeshTelemetry { Sampling = 5, Metrics = false, DurationBuckets = [0.5, 1] }),
            app => app.Orders.WithMeshTelemetry(t => (t.Sampling, t.Metrics, t.DurationBuckets) = (5, false, [0.5, 1]))),
        ["telemetry to"] = (
            app => PolicyExports.WithMeshTelemetryExport(app.Storefront, new MeshTelemetry { Tracing = false, Tags = [new MeshTag { Name = "a", Header = "x-a", Default = "b", Metrics = true }] }, app.Orders, "http"),
            app => app.Storefront.WithMeshTelemetry(app.Orders, t => (t.Tracing, t.Tags) = (false, [new MeshTag { Name = "a", Header = "x-a", Default = "b", Metrics = true }]), "http")),
        ["access log"] = (
            app => PolicyExports.WithMeshAccessLogExport(app.Orders, new MeshAccessLog { MinStatus = 500 }),
            app => app.Orders.WithMeshAccessLog(l => l.MinStatus = 500)),
        ["access log records"] = (
            app => PolicyExports.WithMeshAccessLogExport(app.Orders, new MeshAccessLog { OpenTelemetry = true, Body = "b", Attributes = new Dictionary<string, string> { ["a"] = "c" } }),
            app => app.Orders.WithMeshAccessLog(l => (l.OpenTelemetry, l.Body, l.Attributes) = (true, "b", new Dictionary<string, string> { ["a"] = "c" }))),
        ["access log to"] = (
            app => PolicyExports.WithMeshAccessLogExport(app.Storefront, new MeshAccessLog { OnlyErrors = true, Percent = 10, Headers = [new MeshHeader { Name = "x-debug" }] }, app.Orders, "http"),
            app => app.Storefront.WithMeshAccessLog(app.Orders, l => (l.OnlyErrors, l.Percent, l.Headers) = (true, 10, [new MeshHeader { Name = "x-debug" }]), "http")),
        ["rate limit"] = (
            app => PolicyExports.WithMeshRateLimitExport(app.Orders, new MeshRateLimit { Requests = 2, Headers = new Dictionary<string, string> { ["a"] = "b" } }, app.Storefront, "http"),
            app => app.Orders.WithMeshRateLimit(l => (l.Requests, l.Headers) = (2, new Dictionary<string, string> { ["a"] = "b" }), app.Storefront, "http")),
        ["tls"] = (
            app => PolicyExports.WithMeshTlsExport(app.Orders, new MeshTls { Mode = MeshTlsMode.Permissive, MinVersion = MeshTlsVersion.Tls12, Ciphers = [MeshTlsCipher.Aes256Gcm] }, "http"),
            app => app.Orders.WithMeshTls(t => (t.Mode, t.MinVersion, t.Ciphers) = (MeshTlsMode.Permissive, MeshTlsVersion.Tls12, [MeshTlsCipher.Aes256Gcm]), "http")),
        ["circuit breaker"] = (
            app => PolicyExports.WithMeshCircuitBreakerExport(app.Storefront, new MeshCircuitBreaker { ConnectionLimits = new() { MaxRequests = 4 } }, app.Orders),
            app => app.Storefront.WithMeshCircuitBreaker(app.Orders, b => b.ConnectionLimits.MaxRequests = 4)),
        ["withMeshInboundCircuitBreaker"] = (
            app => PolicyExports.WithMeshInboundCircuitBreakerExport(app.Orders, new MeshInboundCircuitBreaker { MaxRequests = 4 }, app.Storefront, "http"),
            app => app.Orders.WithMeshInboundCircuitBreaker(b => b.MaxRequests = 4, app.Storefront, "http")),
        ["health check"] = (
            app => PolicyExports.WithMeshHealthCheckExport(app.Orders, new MeshHealthCheck { Http = new() { Path = "/health" } }),
            app => app.Orders.WithMeshHealthCheck(c => c.Http.Path = "/health")),
        ["route"] = (
            app => PolicyExports.WithMeshRouteExport(app.Storefront, r => r.Rule().To(app.OrdersNext), app.Orders),
            app => app.Storefront.WithMeshRoute(app.Orders, r => r.Rule().To(app.OrdersNext))),
        ["grpc route"] = (
            app => PolicyExports.WithMeshGrpcRouteExport(app.Storefront, r => r.Rule().Mirror(app.InventoryNext), app.Inventory),
            app => app.Storefront.WithMeshGrpcRoute(app.Inventory, r => r.Rule().Mirror(app.InventoryNext))),
        ["tcp route"] = (
            app => PolicyExports.WithMeshTcpRouteExport(app.Postgres, r => r.To(app.PostgresNew)),
            app => app.Postgres.WithMeshTcpRoute(r => r.To(app.PostgresNew))),
        ["allow"] = (
            app => PolicyExports.AllowMeshCallsExport(app.Mesh, app.Storefront, app.Orders, new MeshRequests { Methods = ["GET"] }),
            app => app.Mesh.Allow(app.Storefront, app.Orders, r => r.Methods = ["GET"])),
        ["allow only"] = (
            app => PolicyExports.AllowOnlyMeshCallsExport(app.Mesh, app.Storefront, app.Orders, new MeshRequests { Methods = ["GET"] }),
            app => app.Mesh.AllowOnly(app.Storefront, app.Orders, r => r.Methods = ["GET"])),
        ["deny by id"] = (
            app => PolicyExports.DenyMeshCallsExport(app.Mesh, "spiffe://shop.local/developer", app.Orders),
            app => app.Mesh.Deny(MeshIdentity.Developer, app.Orders)),
        ["shadow-deny by prefix"] = (
            app => PolicyExports.AllowMeshCallsWithShadowDenyExport(app.Mesh, "spiffe://shop.local/ns/web/", app.Orders),
            app => app.Mesh.AllowWithShadowDeny(MeshIdentity.Prefix("spiffe://shop.local/ns/web/"), app.Orders)),
    };

    public static TheoryData<string> Rows => [.. Twins.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Export_SaysWhatCSharpSays(string row)
    {
        var (exported, csharp) = (new ShopApp(), new ShopApp());
        Twins[row].Export(exported);
        Twins[row].CSharp(csharp);

        var made = exported.Make();

        Assert.Empty(made.Errors);
        Assert.Equal(PolicyTable.Text(Assert.Single(csharp.Make().Policies)), PolicyTable.Text(Assert.Single(made.Policies)));
    }

    [Fact]
    public void Allow_CallerThatIsNeither_Throws()
    {
        var app = new ShopApp();

        Assert.Throws<ArgumentException>(() => PolicyExports.AllowMeshCallsExport(app.Mesh, 5, app.Orders));
    }
}
