using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.GrpcRoute;

namespace Aspire.Hosting;

/// <summary>Where calls to a service go, and how they are changed on the way.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class GrpcRouteExtensions
{
    /// <summary>Routes everybody's calls to a service. The rules of all calls for it stand in one table.</summary>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint that speaks grpc or http2.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>
    /// ledger.WithMeshGrpcRoute(r =>
    /// {
    ///     r.Rule("writes").When(m => m.Service("shop.Ledger").Method("Book")).To(ledgerNext);
    ///     r.Rule("rest");
    /// });
    /// </code></example>
    public static IResourceBuilder<T> WithMeshGrpcRoute<T>(
        this IResourceBuilder<T> callee, Action<MeshGrpcRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshGrpcRoute), callerFile, callerLine));

    /// <summary>Routes the calls of one service to another. Of two rules with the very same match it beats the one for everybody's calls.</summary>
    /// <param name="caller">The service that calls.</param>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="endpoint">Only calls to this endpoint of it. Default: every endpoint that speaks grpc or http2.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    public static IResourceBuilder<T> WithMeshGrpcRoute<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshGrpcRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshGrpcRoute), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, Action<MeshGrpcRoute> configure, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var route = new MeshGrpcRoute();
        configure(route);
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(GrpcRoutePolicy.KindName, caller, callee, endpoint);
            return new GrpcRoutePolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Rules = route.ToRules(scope, metadata.Namespace) }] };
        });
    }
}
