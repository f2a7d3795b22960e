using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.RateLimit;

namespace Aspire.Hosting;

/// <summary>How much each replica of a service takes in.</summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class RateLimitExtensions
{
    /// <summary>Limits how much each replica of a service takes in; on the mesh: of every service.</summary>
    /// <param name="callee">The service that is called, or the mesh.</param>
    /// <param name="configure">Sets the limits; what a later call sets is heard.</param>
    /// <param name="from">Only for this service, or for every service where it is the mesh, in buckets of its own. Default: for everybody together.</param>
    /// <param name="endpoint">Only at this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>orders.WithMeshRateLimit(l => l.Requests = 100, from: storefront);</code></example>
    public static IResourceBuilder<T> WithMeshRateLimit<T>(
        this IResourceBuilder<T> callee, Action<MeshRateLimit> configure, IResourceBuilder<IResource>? from = null, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, Configured.By(configure), from is null ? null : PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshRateLimit), callerFile, callerLine));

    /// <summary>Limits how much each replica of a service takes in of a caller that is no resource of the app.</summary>
    /// <inheritdoc cref="WithMeshRateLimit{T}(IResourceBuilder{T}, Action{MeshRateLimit}, IResourceBuilder{IResource}?, string?, string, int)"/>
    public static IResourceBuilder<T> WithMeshRateLimit<T>(
        this IResourceBuilder<T> callee, Action<MeshRateLimit> configure, MeshIdentity from, string? endpoint = null,
        [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0)
        where T : IResource =>
        Add(callee, Configured.By(configure), PolicyCaller.Of(from), endpoint, new DeclaredAt(nameof(WithMeshRateLimit), callerFile, callerLine));

    internal static IResourceBuilder<T> Add<T>(IResourceBuilder<T> callee, MeshRateLimit limit, PolicyCaller? from, string? endpoint, DeclaredAt site)
        where T : IResource
    {
        var settings = limit.ToSettings();
        return MeshDeclarations.Add(callee, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(RateLimitPolicy.KindName, callee.Resource, endpoint);
            return new RateLimitPolicy { Metadata = metadata, Origin = origin, TargetRef = target, Rules = [new() { Matches = from is null ? [] : [from.Ref(scope, metadata.Namespace)], Default = settings }] };
        });
    }
}
