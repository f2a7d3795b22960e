using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Policies;

/// <summary>
/// The policies for AppHosts in other languages: settings come as objects, and one call stands for both forms that C# has: with <c>to</c> it is about the calls of
/// the resource to another, without it about everybody's calls to the resource.
/// </summary>
internal static class PolicyExports
{
    /// <summary>Why the C# forms are not exported.</summary>
    public const string Reason = "AppHosts in other languages use the export that takes the settings as an object; callbacks and caller information are C#'s.";

    /// <summary>Bounds the calls of the resource to another, or everybody's calls to it.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="timeout">The bounds.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshTimeout")]
    public static IResourceBuilder<T> WithMeshTimeoutExport<T>(this IResourceBuilder<T> resource, MeshTimeout timeout, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        TimeoutExtensions.Add(resource, Caller(resource, to), Callee(resource, to), timeout, endpoint, new DeclaredAt("withMeshTimeout"));

    /// <summary>Bounds what the sidecar of a service does with calls that it receives.</summary>
    /// <param name="resource">The service that is called, or the mesh.</param>
    /// <param name="timeout">The bounds.</param>
    /// <param name="from">Only calls of this service, or, as a text, of this SPIFFE id, or with a slash at its end of every id that begins so.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshInboundTimeout")]
    public static IResourceBuilder<T> WithMeshInboundTimeoutExport<T>(
        this IResourceBuilder<T> resource, MeshInboundTimeout timeout, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object? from = null, string? endpoint = null)
        where T : IResource =>
        TimeoutExtensions.AddInbound(resource, timeout, from is null ? null : PolicyCaller.OfEither(from), endpoint, new DeclaredAt("withMeshInboundTimeout"));

    /// <summary>Says how the calls of the resource to another, or everybody's calls to it, are retried.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="retry">What differs.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshRetry")]
    public static IResourceBuilder<T> WithMeshRetryExport<T>(this IResourceBuilder<T> resource, MeshRetry retry, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        RetryExtensions.Add(resource, Caller(resource, to), Callee(resource, to), retry, endpoint, new DeclaredAt("withMeshRetry"));

    /// <summary>Says how the calls of the resource to another, or everybody's calls to it, are spread over replicas.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="balancing">What differs.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshLoadBalancing")]
    public static IResourceBuilder<T> WithMeshLoadBalancingExport<T>(
        this IResourceBuilder<T> resource, MeshLoadBalancing balancing, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        LoadBalancingExtensions.Add(resource, Caller(resource, to), Callee(resource, to), balancing, endpoint, new DeclaredAt("withMeshLoadBalancing"));

    /// <summary>Says what the sidecar of the resource tells of requests, or of those that it sends to another.</summary>
    /// <param name="resource">The service; the mesh stands for all of them.</param>
    /// <param name="telemetry">What it tells.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("withMeshTelemetry")]
    public static IResourceBuilder<T> WithMeshTelemetryExport<T>(this IResourceBuilder<T> resource, MeshTelemetry telemetry, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        to is null
            ? TelemetryExtensions.AddSidecar(resource, telemetry, endpoint, new DeclaredAt("withMeshTelemetry"))
            : TelemetryExtensions.Add(resource, resource.Resource, to.Resource, telemetry, endpoint, new DeclaredAt("withMeshTelemetry"));

    /// <summary>Lets the sidecar of the resource write about the requests that it sends to another, or that it receives.</summary>
    /// <param name="resource">The service that receives; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="log">Where to, and what.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("withMeshAccessLog")]
    public static IResourceBuilder<T> WithMeshAccessLogExport<T>(this IResourceBuilder<T> resource, MeshAccessLog log, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        to is null
            ? AccessLogExtensions.AddInbound(resource, log, endpoint, new DeclaredAt("withMeshAccessLog"))
            : AccessLogExtensions.Add(resource, resource.Resource, to.Resource, log, endpoint, new DeclaredAt("withMeshAccessLog"));

    /// <summary>Limits how much each replica of a service takes in.</summary>
    /// <param name="resource">The service that is called, or the mesh.</param>
    /// <param name="limit">The limits.</param>
    /// <param name="from">Only for this service, or, as a text, for this SPIFFE id, or with a slash at its end for every id that begins so.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("withMeshRateLimit")]
    public static IResourceBuilder<T> WithMeshRateLimitExport<T>(
        this IResourceBuilder<T> resource, MeshRateLimit limit, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object? from = null, string? endpoint = null)
        where T : IResource =>
        RateLimitExtensions.Add(resource, limit, from is null ? null : PolicyCaller.OfEither(from), endpoint, new DeclaredAt("withMeshRateLimit"));

    /// <summary>Says whether callers of a service need a certificate of the mesh, and what its mesh door and they speak in their handshakes.</summary>
    /// <param name="resource">The service that is called, or the mesh.</param>
    /// <param name="tls">What differs.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("withMeshTls")]
    public static IResourceBuilder<T> WithMeshTlsExport<T>(this IResourceBuilder<T> resource, MeshTls tls, string? endpoint = null)
        where T : IResource => TlsExtensions.Add(resource, tls, endpoint, new DeclaredAt("withMeshTls"));

    /// <summary>Says what the resource may have open towards another, or each caller towards it, and which replicas are left out.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="breaker">What differs.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshCircuitBreaker")]
    public static IResourceBuilder<T> WithMeshCircuitBreakerExport<T>(
        this IResourceBuilder<T> resource, MeshCircuitBreaker breaker, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        CircuitBreakerExtensions.Add(resource, Caller(resource, to), Callee(resource, to), breaker, endpoint, new DeclaredAt("withMeshCircuitBreaker"));

    /// <summary>Bounds what each replica of a service lets through to its app at a time.</summary>
    /// <param name="resource">The service that is called, or the mesh.</param>
    /// <param name="breaker">The limits.</param>
    /// <param name="from">Only for this service, or, as a text, for this SPIFFE id, or with a slash at its end for every id that begins so.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("withMeshInboundCircuitBreaker")]
    public static IResourceBuilder<T> WithMeshInboundCircuitBreakerExport<T>(
        this IResourceBuilder<T> resource, MeshInboundCircuitBreaker breaker, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object? from = null, string? endpoint = null)
        where T : IResource =>
        CircuitBreakerExtensions.AddInbound(resource, breaker, from is null ? null : PolicyCaller.OfEither(from), endpoint, new DeclaredAt("withMeshInboundCircuitBreaker"));

    /// <summary>Has the resource ask the replicas of another how they are, or each caller its own.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls. The mesh stands for all of them.</param>
    /// <param name="check">How.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only this endpoint.</param>
    [AspireExport("withMeshHealthCheck")]
    public static IResourceBuilder<T> WithMeshHealthCheckExport<T>(this IResourceBuilder<T> resource, MeshHealthCheck check, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        HealthCheckExtensions.Add(resource, Caller(resource, to), Callee(resource, to), check, endpoint, new DeclaredAt("withMeshHealthCheck"));

    /// <summary>Routes the requests of the resource to another, or everybody's requests to it.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only requests to this endpoint.</param>
    [AspireExport("withMeshRoute", RunSyncOnBackgroundThread = true)]
    public static IResourceBuilder<T> WithMeshRouteExport<T>(
        this IResourceBuilder<T> resource, Action<MeshRoute> configure, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        HttpRouteExtensions.Add(resource, Caller(resource, to), Callee(resource, to), configure, endpoint, new DeclaredAt("withMeshRoute"));

    /// <summary>Routes the gRPC calls of the resource to another, or everybody's calls to it.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only calls to this endpoint.</param>
    [AspireExport("withMeshGrpcRoute", RunSyncOnBackgroundThread = true)]
    public static IResourceBuilder<T> WithMeshGrpcRouteExport<T>(
        this IResourceBuilder<T> resource, Action<MeshGrpcRoute> configure, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        GrpcRouteExtensions.Add(resource, Caller(resource, to), Callee(resource, to), configure, endpoint, new DeclaredAt("withMeshGrpcRoute"));

    /// <summary>Routes the connections of the resource to another, or everybody's connections to it.</summary>
    /// <param name="resource">The service that is called; with <paramref name="to"/> the one that calls.</param>
    /// <param name="configure">Adds the backends.</param>
    /// <param name="to">The service that is called.</param>
    /// <param name="endpoint">Only connections to this endpoint.</param>
    [AspireExport("withMeshTcpRoute", RunSyncOnBackgroundThread = true)]
    public static IResourceBuilder<T> WithMeshTcpRouteExport<T>(
        this IResourceBuilder<T> resource, Action<MeshTcpRoute> configure, IResourceBuilder<IResource>? to = null, string? endpoint = null)
        where T : IResource =>
        TcpRouteExtensions.Add(resource, Caller(resource, to), Callee(resource, to), configure, endpoint, new DeclaredAt("withMeshTcpRoute"));

    /// <summary>Lets a service call another.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="caller">The service that calls; the mesh: every service; a text: the SPIFFE id of a caller outside the app, or with a slash at its end the beginning of ids.</param>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="requests">Which of its requests.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("allowMeshCalls")]
    public static IResourceBuilder<MeshResource> AllowMeshCallsExport(
        this IResourceBuilder<MeshResource> mesh, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object caller, IResourceBuilder<IResource> callee,
        MeshRequests? requests = null, string? endpoint = null) =>
        Permit(mesh, PermissionVerb.Allow, caller, callee, requests, endpoint, "allowMeshCalls");

    /// <summary>Lets a service call another with these requests only: a reference still gives it an address, and allows nothing there by itself any more.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="caller">The service that calls; the mesh: every service; a text: the SPIFFE id of a caller outside the app, or with a slash at its end the beginning of ids.</param>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="requests">Which of its requests.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("allowOnlyMeshCalls")]
    public static IResourceBuilder<MeshResource> AllowOnlyMeshCallsExport(
        this IResourceBuilder<MeshResource> mesh, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object caller, IResourceBuilder<IResource> callee,
        MeshRequests? requests = null, string? endpoint = null) =>
        Permit(mesh, PermissionVerb.AllowOnly, caller, callee, requests, endpoint, "allowOnlyMeshCalls");

    /// <summary>Refuses the calls of a service to another, whatever else allows them.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="caller">The service that calls; the mesh: every service; a text: the SPIFFE id of a caller outside the app, or with a slash at its end the beginning of ids.</param>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="requests">Which of its requests.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("denyMeshCalls")]
    public static IResourceBuilder<MeshResource> DenyMeshCallsExport(
        this IResourceBuilder<MeshResource> mesh, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object caller, IResourceBuilder<IResource> callee,
        MeshRequests? requests = null, string? endpoint = null) =>
        Permit(mesh, PermissionVerb.Deny, caller, callee, requests, endpoint, "denyMeshCalls");

    /// <summary>Lets the calls of a service to another pass, counted and logged as if refused: a rehearsal of a denial.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="caller">The service that calls; the mesh: every service; a text: the SPIFFE id of a caller outside the app, or with a slash at its end the beginning of ids.</param>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="requests">Which of its requests.</param>
    /// <param name="endpoint">Only at this endpoint.</param>
    [AspireExport("allowMeshCallsWithShadowDeny")]
    public static IResourceBuilder<MeshResource> AllowMeshCallsWithShadowDenyExport(
        this IResourceBuilder<MeshResource> mesh, [AspireUnion(typeof(IResourceBuilder<IResource>), typeof(string))] object caller, IResourceBuilder<IResource> callee,
        MeshRequests? requests = null, string? endpoint = null) =>
        Permit(mesh, PermissionVerb.AllowWithShadowDeny, caller, callee, requests, endpoint, "allowMeshCallsWithShadowDeny");

    private static IResource? Caller<T>(IResourceBuilder<T> resource, IResourceBuilder<IResource>? to)
        where T : IResource => to is null ? null : resource.Resource;

    private static IResource Callee<T>(IResourceBuilder<T> resource, IResourceBuilder<IResource>? to)
        where T : IResource => to is null ? resource.Resource : to.Resource;

    private static IResourceBuilder<MeshResource> Permit(
        IResourceBuilder<MeshResource> mesh, PermissionVerb verb, object caller, IResourceBuilder<IResource> callee, MeshRequests? requests, string? endpoint, string call) =>
        TrafficPermissionExtensions.Add(mesh, verb, PolicyCaller.OfEither(caller), callee.Resource, requests ?? new(), endpoint, new DeclaredAt(call));
}
