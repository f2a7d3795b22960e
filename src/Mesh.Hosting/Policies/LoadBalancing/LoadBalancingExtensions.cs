using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.LoadBalancing;

namespace Aspire.Hosting;

/// <summary>How calls are spread over the replicas of a service.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class LoadBalancingExtensions
{
    /// <summary>Says how everybody's calls to a service are spread over its replicas; on the mesh: every call.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshLoadBalancing(b => b.Type = MeshBalancing.RoundRobin);</code></example>
    public static IResourceBuilder<T> WithMeshLoadBalancing<T>(
        this IResourceBuilder<T> callee, Action<MeshLoadBalancing> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshLoadBalancing), callerFile, callerLine));

    /// <summary>Says how the calls of one service to another are spread over its replicas. It beats what is said for everybody's calls.</summary>
    /// <param name="caller">The service that calls, or the mesh for everybody.</param>
    /// <param name="callee">The service that is called, or the mesh for everything that the caller calls.</param>
    /// <param name="configure">Sets what differs; what a later call sets is heard.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>frontend.WithMeshLoadBalancing(orders, b => b.Wire = MeshWire.Http2);</code></example>
    public static IResourceBuilder<T> WithMeshLoadBalancing<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshLoadBalancing> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, Configured.By(configure), endpoint, new DeclaredAt(nameof(WithMeshLoadBalancing), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, MeshLoadBalancing balancing, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = balancing.ToSettings();
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(LoadBalancingPolicy.KindName, caller, callee, endpoint);
            return new LoadBalancingPolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Default = settings }] };
        });
    }
}
