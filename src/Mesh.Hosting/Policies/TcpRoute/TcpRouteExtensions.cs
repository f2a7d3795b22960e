using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.TcpRoute;

namespace Aspire.Hosting;

/// <summary>Where connections to a tcp endpoint go.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class TcpRouteExtensions
{
    /// <summary>Routes everybody's connections to a service. The last call for it decides alone.</summary>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the backends.</param>
    /// <param name="endpoint">Only connections to this endpoint of it. Default: every endpoint that speaks tcp.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>postgres.WithMeshTcpRoute(r => r.To(postgres, weight: 9).To(postgresNew));</code></example>
    public static IResourceBuilder<T> WithMeshTcpRoute<T>(
        this IResourceBuilder<T> callee, Action<MeshTcpRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshTcpRoute), callerFile, callerLine));

    /// <summary>Routes the connections of one service to another. It beats what is said for everybody's connections.</summary>
    /// <param name="caller">The service that calls.</param>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the backends.</param>
    /// <param name="endpoint">Only connections to this endpoint of it. Default: every endpoint that speaks tcp.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    public static IResourceBuilder<T> WithMeshTcpRoute<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshTcpRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshTcpRoute), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, Action<MeshTcpRoute> configure, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var route = new MeshTcpRoute();
        configure(route);
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(TcpRoutePolicy.KindName, caller, callee, endpoint);
            return new TcpRoutePolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, BackendRefs = route.ToBackends(scope, metadata.Namespace) }] };
        });
    }
}
