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
        new KindSchemaOf<ServiceResource>(ServiceResource.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, ServiceSchema.Spec),
        new KindSchemaOf<ExternalServiceResource>(ExternalServiceResource.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, ExternalServiceSchema.Spec),
        new KindSchemaOf<TrafficPermissionPolicy>(TrafficPermissionPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TrafficPermissionSchema.Spec),
        new KindSchemaOf<HttpRoutePolicy>(HttpRoutePolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, HttpRouteSchema.Spec),
        new KindSchemaOf<GrpcRoutePolicy>(GrpcRoutePolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, GrpcRouteSchema.Spec),
        new KindSchemaOf<TcpRoutePolicy>(TcpRoutePolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TcpRouteSchema.Spec),
        new KindSchemaOf<TimeoutPolicy>(TimeoutPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TimeoutSchema.Spec),
        new KindSchemaOf<RetryPolicy>(RetryPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, RetrySchema.Spec),
        new KindSchemaOf<LoadBalancingPolicy>(LoadBalancingPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, LoadBalancingSchema.Spec),
        new KindSchemaOf<RateLimitPolicy>(RateLimitPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, RateLimitSchema.Spec),
        new KindSchemaOf<AccessLogPolicy>(AccessLogPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, AccessLogSchema.Spec),
        new KindSchemaOf<TelemetryPolicy>(TelemetryPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TelemetrySchema.Spec),
        new KindSchemaOf<CircuitBreakerPolicy>(CircuitBreakerPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, CircuitBreakerSchema.Spec),
        new KindSchemaOf<HealthCheckPolicy>(HealthCheckPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, HealthCheckSchema.Spec),
        new KindSchemaOf<TlsPolicy>(TlsPolicy.KindName, (m, o, s) => new() { Metadata = m, Origin = o, Source = s }, TlsSchema.Spec),
    ];
}
