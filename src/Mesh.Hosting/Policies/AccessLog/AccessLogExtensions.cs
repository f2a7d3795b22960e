using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.AccessLog;

namespace Aspire.Hosting;

/// <summary>Lines about requests.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class AccessLogExtensions
{
    /// <summary>Lets the sidecar of a service write about the requests that it receives; on the mesh: every sidecar.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Says where to, and what; a later call for the same is heard.</param>
    /// <param name="endpoint">Only at this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshAccessLog(l => l.MinStatus = 500);</code></example>
    public static IResourceBuilder<T> WithMeshAccessLog<T>(
        this IResourceBuilder<T> callee, Action<MeshAccessLog> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        AddInbound(callee, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshAccessLog), callerFile, callerLine));

    /// <summary>Lets the sidecar of a service write about the requests that it sends to another.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Says where to, and what; a later call for the same is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>storefront.WithMeshAccessLog(orders, l => l.OnlyErrors = true);</code></example>
    public static IResourceBuilder<T> WithMeshAccessLog<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshAccessLog> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshAccessLog), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshAccessLog log, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = log.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(AccessLogPolicy.KindName, caller, callee, endpoint);
            return new AccessLogPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }

    internal static IResourceBuilder<T> AddInbound<T>(IResourceBuilder<T> callee, MeshAccessLog log, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = log.ToSettings();
        return MeshDeclarations.Add(callee, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(AccessLogPolicy.KindName, callee.Resource, endpoint, "inbound");
            return new AccessLogPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Default = settings }] };
        });
    }
}
