using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.Retry;

namespace Aspire.Hosting;

/// <summary>When and how often calls between services are made again, and the budget that bounds it.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class RetryExtensions
{
    /// <summary>Says how everybody's calls to a service are retried; on the mesh: every call.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>inventory.WithMeshRetry(r => r.Grpc.NumRetries = 3);</code></example>
    public static IResourceBuilder<T> WithMeshRetry<T>(
        this IResourceBuilder<T> callee, Action<MeshRetry> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshRetry), callerFile, callerLine));

    /// <summary>Says how the calls of one service to another are retried. It beats what is said for everybody's calls.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>frontend.WithMeshRetry(orders, r => r.Http.NumRetries = 0);</code></example>
    public static IResourceBuilder<T> WithMeshRetry<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshRetry> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshRetry), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshRetry retry, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = retry.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(RetryPolicy.KindName, caller, callee, endpoint);
            return new RetryPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }
}
