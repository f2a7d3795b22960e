using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HealthCheck;

namespace Aspire.Hosting;

/// <summary>Whether and how callers ask the replicas of a service how they are.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class HealthCheckExtensions
{
    /// <summary>Has each caller ask the replicas of a service how they are; on the mesh: of every service.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>inventory.WithMeshHealthCheck(c => c.Http.Path = "/health");</code></example>
    public static IResourceBuilder<T> WithMeshHealthCheck<T>(
        this IResourceBuilder<T> callee, Action<MeshHealthCheck> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshHealthCheck), callerFile, callerLine));

    /// <summary>Has one service ask the replicas of another how they are. It beats what is said for everybody's calls.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>frontend.WithMeshHealthCheck(orders, c => c.Interval = TimeSpan.FromSeconds(10));</code></example>
    public static IResourceBuilder<T> WithMeshHealthCheck<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshHealthCheck> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshHealthCheck), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshHealthCheck check, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = check.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(HealthCheckPolicy.KindName, caller, callee, endpoint);
            return new HealthCheckPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }
}
