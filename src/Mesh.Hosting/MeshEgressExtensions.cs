using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Annotations;
using Mesh.Hosting.Policies;

namespace Aspire.Hosting;

/// <summary>Ways out of the mesh.</summary>
public static class MeshEgressExtensions
{
    /// <summary>
    /// Has services reach an external service through their own sidecar: those that reference it (<c>WithReference</c>, or <c>WithEnvironment</c> with it) are given their sidecar's address
    /// in its place, and policies, retries, limits and telemetry are those of any upstream. Without this call its address is given as it is and no sidecar is on the way.
    /// </summary>
    /// <param name="service">The external service, added with a URL; one with a parameter is error MESH022 when the app starts.</param>
    /// <param name="configure">TLS, protocol, addresses. Default: by the URL and the system's roots.</param>
    /// <param name="callerFile">The compiler fills it in.</param>
    /// <param name="callerLine">The compiler fills it in.</param>
    /// <example><code>var stripe = builder.AddExternalService("stripe", "https://api.stripe.com").WithMeshEgress();</code></example>
    [AspireExportIgnore(Reason = PolicyExports.Reason)]
    public static IResourceBuilder<ExternalServiceResource> WithMeshEgress(
        this IResourceBuilder<ExternalServiceResource> service, Action<MeshEgress>? configure = null, [CallerFilePath] string callerFile = "", [CallerLineNumber] int callerLine = 0) =>
        Add(service, Configured.By(configure), new DeclaredAt(nameof(WithMeshEgress), callerFile, callerLine));

    /// <summary>Has services that reference an external service reach it through their own sidecar.</summary>
    /// <param name="service">The external service, added with a URL.</param>
    /// <param name="egress">TLS, protocol, addresses.</param>
    [AspireExport("withMeshEgress")]
    internal static IResourceBuilder<ExternalServiceResource> WithMeshEgressExport(this IResourceBuilder<ExternalServiceResource> service, MeshEgress? egress = null) =>
        Add(service, egress ?? new MeshEgress(), new DeclaredAt("withMeshEgress"));

    private static IResourceBuilder<ExternalServiceResource> Add(IResourceBuilder<ExternalServiceResource> service, MeshEgress egress, DeclaredAt site) =>
        service.WithAnnotation(new MeshEgressAnnotation(egress, service.ApplicationBuilder.AppHostDirectory, site.Of(service)), ResourceAnnotationMutationBehavior.Replace);
}
