using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.HttpRoute;

namespace Aspire.Hosting;

/// <summary>Where requests to a service go, and how they are changed on the way.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class HttpRouteExtensions
{
    /// <summary>Routes everybody's requests to a service. The rules of all calls for it stand in one table.</summary>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="endpoint">Only requests to this endpoint of it. Default: every endpoint that speaks http, http2, grpc or https.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>
    /// orders.WithMeshRoute(r =>
    /// {
    ///     r.Rule("beta").When(m => m.Header("x-beta", "1")).To(ordersNext);
    ///     r.Rule("rest").To(orders, weight: 90).To(ordersNext, weight: 10);
    /// });
    /// </code></example>
    public static IResourceBuilder<T> WithMeshRoute<T>(
        this IResourceBuilder<T> callee, Action<MeshRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, null, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshRoute), callerFile, callerLine));

    /// <summary>Routes the requests of one service to another. Of two rules with the very same match it beats the one for everybody's requests.</summary>
    /// <param name="caller">The service that calls.</param>
    /// <param name="callee">The service that is called.</param>
    /// <param name="configure">Adds the rules.</param>
    /// <param name="endpoint">Only requests to this endpoint of it. Default: every endpoint that speaks http, http2, grpc or https.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    public static IResourceBuilder<T> WithMeshRoute<T>(
        this IResourceBuilder<T> caller, IResourceBuilder<IResource> callee, Action<MeshRoute> configure, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(caller, caller.Resource, callee.Resource, configure, endpoint, new DeclaredAt(nameof(WithMeshRoute), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> said, IResource? caller, IResource callee, Action<MeshRoute> configure, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var route = new MeshRoute();
        configure(route);
        return MeshDeclarations.Add(said, site, scope =>
        {
            var (metadata, origin, target, to) = scope.Calls(HttpRoutePolicy.KindName, caller, callee, endpoint);
            return new HttpRoutePolicy { Metadata = metadata, Origin = origin, TargetRef = target, To = [new() { TargetRef = to, Rules = route.ToRules(scope, metadata.Namespace) }] };
        });
    }
}
