using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.CircuitBreaker;

namespace Aspire.Hosting;

/// <summary>How much callers may have open towards a service at a time, and which of its replicas they leave out.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class CircuitBreakerExtensions
{
    /// <summary>Says what each caller may have open towards a service, and which replicas it leaves out; on the mesh: towards every service.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>inventory.WithMeshCircuitBreaker(b => b.ConnectionLimits.MaxRequests = 100);</code></example>
    public static IResourceBuilder<T> WithMeshCircuitBreaker<T>(
        this IResourceBuilder<T> callee, Action<MeshCircuitBreaker> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshCircuitBreaker), callerFile, callerLine));

    /// <summary>Says what one service may have open towards another, and which of its replicas it leaves out. It beats what is said for everybody's calls.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>frontend.WithMeshCircuitBreaker(orders, b => b.OutlierDetection = new() { TotalFailures = new() });</code></example>
    public static IResourceBuilder<T> WithMeshCircuitBreaker<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshCircuitBreaker> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshCircuitBreaker), callerFile, callerLine));

    /// <summary>Bounds what each replica of a service lets through to its app at a time; on the mesh: of every service.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets the limits; what a later call sets is heard.</param>
    /// <param name="from">Only for this service, or for every service where it is the mesh, with a count of its own. Default: for everybody together.</param>
    /// <param name="endpoint">Only at this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshInboundCircuitBreaker(b => b.MaxRequests = 20, from: reports);</code></example>
    public static IResourceBuilder<T> WithMeshInboundCircuitBreaker<T>(
        this IResourceBuilder<T> callee, Action<MeshInboundCircuitBreaker> configure, IResourceBuilder<IResource>? from = null, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddInbound(callee, Configured.By(configure), from is null ? null : PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshInboundCircuitBreaker), callerFile, callerLine));

    /// <summary>Bounds what each replica of a service lets through to its app at a time of a caller that is no resource of the app.</summary>
    /// <inheritdoc cref="WithMeshInboundCircuitBreaker{T}(IResourceBuilder{T}, Action{MeshInboundCircuitBreaker}, IResourceBuilder{IResource}?, string?, string, int)"/>
    public static IResourceBuilder<T> WithMeshInboundCircuitBreaker<T>(
        this IResourceBuilder<T> callee, Action<MeshInboundCircuitBreaker> configure, MeshIdentity from, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddInbound(callee, Configured.By(configure), PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshInboundCircuitBreaker), callerFile, callerLine));

    internal static IResourceBuilder<T> AddInbound<T>(IResourceBuilder<T> callee, MeshInboundCircuitBreaker breaker, PolicyCaller? from, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = breaker.ToSettings();
        return MeshDeclarations.Add(callee, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(CircuitBreakerPolicy.KindName, callee.Resource, endpoint, "inbound");
            return new CircuitBreakerPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Matches = from is null ? [] : [from.Ref(scope, metadata.Namespace)], Default = settings }] };
        });
    }

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshCircuitBreaker breaker, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = breaker.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(CircuitBreakerPolicy.KindName, caller, callee, endpoint);
            return new CircuitBreakerPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }
}
