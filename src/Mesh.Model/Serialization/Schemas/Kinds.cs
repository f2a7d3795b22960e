using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Policies.CircuitBreaker;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Policies.HealthCheck;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Policies.Telemetry;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.Tls;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>Every kind there is: the one place where a new one is added.</summary>
internal static class Kinds
{
    public static IReadOnlyList<KindSchema> All { get; } =
    [
        new KindSchemaOf<ServiceResource>("Service", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, ServiceSchema.Spec),
        new KindSchemaOf<ExternalServiceResource>("ExternalService", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, ExternalServiceSchema.Spec),
        new KindSchemaOf<TrafficPermissionPolicy>("TrafficPermission", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TrafficPermissionSchema.Spec),
        new KindSchemaOf<HttpRoutePolicy>("HttpRoute", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, HttpRouteSchema.Spec),
        new KindSchemaOf<GrpcRoutePolicy>("GrpcRoute", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, GrpcRouteSchema.Spec),
        new KindSchemaOf<TcpRoutePolicy>("TcpRoute", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TcpRouteSchema.Spec),
        new KindSchemaOf<TimeoutPolicy>("Timeout", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TimeoutSchema.Spec),
        new KindSchemaOf<RetryPolicy>("Retry", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, RetrySchema.Spec),
        new KindSchemaOf<LoadBalancingPolicy>("LoadBalancing", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, LoadBalancingSchema.Spec),
        new KindSchemaOf<RateLimitPolicy>("RateLimit", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, RateLimitSchema.Spec),
        new KindSchemaOf<AccessLogPolicy>("AccessLog", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, AccessLogSchema.Spec),
        new KindSchemaOf<TelemetryPolicy>("Telemetry", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TelemetrySchema.Spec),
        new KindSchemaOf<CircuitBreakerPolicy>("CircuitBreaker", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, CircuitBreakerSchema.Spec),
        new KindSchemaOf<HealthCheckPolicy>("HealthCheck", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, HealthCheckSchema.Spec),
        new KindSchemaOf<TlsPolicy>("Tls", (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TlsSchema.Spec),
    ];
}
