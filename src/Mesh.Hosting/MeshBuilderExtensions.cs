using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Dashboard;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Policies;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aspire.Hosting;

/// <summary>Adds a service mesh to an AppHost.</summary>
public static class MeshBuilderExtensions
{
    /// <summary>
    /// Puts every service of the app into a mesh: one control plane, and a sidecar beside every replica of every project, executable and container that serves or
    /// references an endpoint. Calls between them get identity, mTLS, routing, resilience, authorization and telemetry; nothing else changes in the AppHost or the services.
    /// Who may call whom follows from what the AppHost declares (<c>WithReference</c>, and values that carry an endpoint or a connection string); everything else is refused.
    /// </summary>
    /// <param name="builder">The AppHost.</param>
    /// <param name="name">The mesh's resource name. Default: <c>mesh</c>.</param>
    /// <param name="configure">Changes defaults.</param>
    /// <exception cref="DistributedApplicationException">MESH001: the app has a mesh already. MESH013: the version of Aspire is too old.</exception>
    [AspireExportIgnore(Reason = "Hosts of other languages use the export with an options object.")]
    public static IResourceBuilder<MeshResource> AddMesh(this IDistributedApplicationBuilder builder, [ResourceName] string name = "mesh", Action<MeshOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new MeshOptions();
        configure?.Invoke(options);
        return Add(builder, name, options);
    }

    /// <summary>Puts every service of the app into a mesh.</summary>
    /// <param name="builder">The AppHost.</param>
    /// <param name="name">The mesh's resource name. Default: <c>mesh</c>.</param>
    /// <param name="options">What differs from the defaults.</param>
    [AspireExport("addMesh")]
    internal static IResourceBuilder<MeshResource> AddMeshExport(this IDistributedApplicationBuilder builder, [ResourceName] string name = "mesh", MeshOptions? options = null) =>
        Add(builder, name, options ?? new MeshOptions());

    private static IResourceBuilder<MeshResource> Add(IDistributedApplicationBuilder builder, string name, MeshOptions options)
    {
        if (AspireVersion.IsTooOld(AspireVersion.Running))
        {
            throw MeshDiagnostics.AspireTooOld(AspireVersion.Running);
        }

        if (builder.Resources.OfType<MeshResource>().FirstOrDefault() is { } first)
        {
            throw MeshDiagnostics.TwoMeshes(first.Name, name);
        }

        MeshDeclarations.Of(builder); // and with it what starts the mesh
        builder.Services.TryAddSingleton<MeshInsight>();
        return builder.AddResource(new MeshResource(name, options, builder))
            .WithIconName("Molecule")
            .WithCertificateTrustScope(CertificateTrustScope.Override) // as its sidecars: it calls nobody but the dashboard
            .ExcludeFromManifest();
    }
}
