using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Timeout;

namespace Aspire.Hosting;

/// <summary>Bounds on the time that calls between services may take.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class TimeoutExtensions
{
    /// <summary>Bounds everybody's calls to a service; on the mesh: every call.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets the bounds; those of a later call are heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(10));</code></example>
    public static IResourceBuilder<T> WithMeshTimeout<T>(
        this IResourceBuilder<T> callee, Action<MeshTimeout> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshTimeout), callerFile, callerLine));

    /// <summary>Bounds the calls of one service to another. It beats what is said for everybody's calls.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets the bounds; those of a later call are heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>frontend.WithMeshTimeout(orders, t => t.Request = TimeSpan.FromSeconds(2));</code></example>
    public static IResourceBuilder<T> WithMeshTimeout<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshTimeout> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshTimeout), callerFile, callerLine));

    /// <summary>Bounds what the sidecar of a service does with calls that it receives; on the mesh: every sidecar.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets the bounds; those of a later call are heard.</param>
    /// <param name="from">Only the calls of this service, or of every service where it is the mesh; such bounds may be Request and Idle. Default: everybody's.</param>
    /// <param name="endpoint">Only calls to this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromMinutes(5), from: reports);</code></example>
    public static IResourceBuilder<T> WithMeshInboundTimeout<T>(
        this IResourceBuilder<T> callee, Action<MeshInboundTimeout> configure, IResourceBuilder<IResource>? from = null, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddInbound(callee, Configured.By(configure), from is null ? null : PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshInboundTimeout), callerFile, callerLine));

    /// <summary>Bounds what the sidecar of a service does with calls of a caller that is no resource of the app.</summary>
    /// <inheritdoc cref="WithMeshInboundTimeout{T}(IResourceBuilder{T}, Action{MeshInboundTimeout}, IResourceBuilder{IResource}?, string?, string, int)"/>
    public static IResourceBuilder<T> WithMeshInboundTimeout<T>(
        this IResourceBuilder<T> callee, Action<MeshInboundTimeout> configure, MeshIdentity from, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddInbound(callee, Configured.By(configure), PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshInboundTimeout), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshTimeout timeout, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = timeout.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(TimeoutPolicy.KindName, caller, callee, endpoint);
            return new TimeoutPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }

    internal static IResourceBuilder<T> AddInbound<T>(IResourceBuilder<T> callee, MeshInboundTimeout timeout, PolicyCaller? from, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = timeout.ToSettings();
        return MeshDeclarations.Add(callee, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(TimeoutPolicy.KindName, callee.Resource, endpoint, "inbound");
            return new TimeoutPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Matches = from is null ? [] : [from.Ref(scope, metadata.Namespace)], Default = settings }] };
        });
    }
}
