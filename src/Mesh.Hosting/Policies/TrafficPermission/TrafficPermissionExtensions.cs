using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Policies;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Validation;

namespace Aspire.Hosting;

/// <summary>
/// Who may call whom, beside what the AppHost declares with references. A denial beats every permission; what nothing allows is refused. A permission opens no address
/// beside the caller: <c>WithReference</c> does, and allows the call with it.
/// </summary>
[AspireExportIgnore(Reason = PolicyExports.Reason)]
public static class TrafficPermissionExtensions
{
    /// <summary>Lets a service call another.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="caller">The service that calls, or the mesh for every service.</param>
    /// <param name="callee">The service that is called, or the mesh for all of them.</param>
    /// <param name="requests">Which of its requests. Default: all.</param>
    /// <param name="endpoint">Only at this endpoint. Default: every endpoint.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>mesh.Allow(storefront, payments, r => r.Methods = ["GET"]);</code></example>
    public static IResourceBuilder<MeshResource> Allow(
        this IResourceBuilder<MeshResource> mesh, IResourceBuilder<IResource> caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.Allow, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(Allow), callerFile, callerLine));

    /// <summary>Lets a caller that is no resource of the app call a service.</summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    public static IResourceBuilder<MeshResource> Allow(
        this IResourceBuilder<MeshResource> mesh, MeshIdentity caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.Allow, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(Allow), callerFile, callerLine));

    /// <summary>
    /// Lets a service call another with these requests only: <c>WithReference</c> still gives it an address, and allows nothing there by itself any more. Said several times for one caller
    /// it adds up, and so does <c>Allow</c>.
    /// </summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    /// <example><code>mesh.AllowOnly(storefront, payments, r => { r.Methods = ["POST"]; r.Paths = ["/charge"]; });</code></example>
    public static IResourceBuilder<MeshResource> AllowOnly(
        this IResourceBuilder<MeshResource> mesh, IResourceBuilder<IResource> caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.AllowOnly, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(AllowOnly), callerFile, callerLine));

    /// <summary>Lets callers that are named by their identity call a service with these requests only, whatever references allow them.</summary>
    /// <inheritdoc cref="AllowOnly(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    public static IResourceBuilder<MeshResource> AllowOnly(
        this IResourceBuilder<MeshResource> mesh, MeshIdentity caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.AllowOnly, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(AllowOnly), callerFile, callerLine));

    /// <summary>Refuses the calls of a service to another, whatever else allows them.</summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    /// <example><code>mesh.Deny(storefront, orders, r => r.Methods = ["DELETE"]);</code></example>
    public static IResourceBuilder<MeshResource> Deny(
        this IResourceBuilder<MeshResource> mesh, IResourceBuilder<IResource> caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.Deny, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(Deny), callerFile, callerLine));

    /// <summary>Refuses the calls of a caller that is no resource of the app, whatever else allows them.</summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    /// <example><code>mesh.Deny(MeshIdentity.Developer, payments);</code></example>
    public static IResourceBuilder<MeshResource> Deny(
        this IResourceBuilder<MeshResource> mesh, MeshIdentity caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.Deny, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(Deny), callerFile, callerLine));

    /// <summary>Lets the calls of a service to another pass, counted and logged as if refused: a rehearsal of a denial.</summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    /// <example><code>mesh.AllowWithShadowDeny(storefront, orders, r => r.PathPrefixes = ["/admin"]);</code></example>
    public static IResourceBuilder<MeshResource> AllowWithShadowDeny(
        this IResourceBuilder<MeshResource> mesh, IResourceBuilder<IResource> caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.AllowWithShadowDeny, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(AllowWithShadowDeny), callerFile, callerLine));

    /// <summary>Lets the calls of a caller that is no resource of the app pass, counted and logged as if refused: a rehearsal of a denial.</summary>
    /// <inheritdoc cref="Allow(IResourceBuilder{MeshResource}, IResourceBuilder{IResource}, IResourceBuilder{IResource}, Action{MeshRequests}?, string?, string, int)"/>
    public static IResourceBuilder<MeshResource> AllowWithShadowDeny(
        this IResourceBuilder<MeshResource> mesh, MeshIdentity caller, IResourceBuilder<IResource> callee, Action<MeshRequests>? requests = null,
        string? endpoint = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(mesh, PermissionVerb.AllowWithShadowDeny, PolicyCaller.Of(caller), callee.Resource, Configured.By(requests), endpoint, new DeclaredAt(nameof(AllowWithShadowDeny), callerFile, callerLine));

    internal static IResourceBuilder<MeshResource> Add(
        IResourceBuilder<MeshResource> mesh, PermissionVerb verb, PolicyCaller caller, IResource callee, MeshRequests requests, string? endpoint, DeclaredAt site) =>
        MeshDeclarations.Add(mesh, site, scope =>
        {
            var (metadata, origin, target, _) = scope.Receiving(TrafficPermissionPolicy.KindName, callee, endpoint);
            var match = requests.Of(caller.Ref(scope, metadata.Namespace), scope, (FieldPath.Root / "spec" / "rules")[0] / "default") with { Anyone = caller.IsAnyone };
            var settings = verb switch
            {
                PermissionVerb.Allow => new PermissionSettings { Allow = [match] },
                PermissionVerb.AllowOnly => new PermissionSettings { AllowOnly = [match] },
                PermissionVerb.Deny => new PermissionSettings { Deny = [match] },
                _ => new PermissionSettings { AllowWithShadowDeny = [match] },
            };
            return new TrafficPermissionPolicy { Metadata = metadata, Origin = origin, TargetRef = target, JwtProviders = requests.Token is { Issuer: { } issuer } ? [issuer.ToProvider()] : [], Rules = [new() { Default = settings }] };
        });
}
