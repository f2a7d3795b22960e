using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting;
using Mesh.Hosting.Publishing;

namespace Aspire.Hosting;

/// <summary>How the mesh is set up: each call sets the members of <see cref="MeshOptions"/> that it is about. They are checked when the app starts (MESH008).</summary>
public static class MeshSettingsExtensions
{
    /// <summary>Sets the trust domain of every identity.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="trustDomain">Lower-case letters, digits, dots, hyphens and underscores, such as <c>shop.local</c>. Default: the AppHost's name and <c>.local</c>.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithTrustDomain(this IResourceBuilder<MeshResource> mesh, string trustDomain) =>
        Set(mesh, o => o.TrustDomain = trustDomain);

    /// <summary>Sets how long certificates live; they are renewed at half of that.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="lifetime">10 s to 24 h. Default: 1 h, SPIRE's.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithCertificateLifetime(this IResourceBuilder<MeshResource> mesh, TimeSpan lifetime) =>
        Set(mesh, o => o.CertificateLifetime = lifetime);

    /// <summary>Watches a directory of YAML and JSON policies, which beat policies of the AppHost with the same name.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="directory">Absolute, or relative to the AppHost's directory.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithPoliciesDirectory(this IResourceBuilder<MeshResource> mesh, string directory) =>
        Set(mesh, o => o.PoliciesDirectory = directory);

    /// <summary>Sets how the mesh's own processes run. What is left out stays as it is.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="logLevel">Least level that sidecars and control plane log: Trace, Debug, Information, Warning or Error. Default: Information.</param>
    /// <param name="proxyPath">The proxy, native or a DLL. Default: the one that came with the package.</param>
    /// <param name="controlPlanePath">The control plane, native or a DLL. Default: the one that came with the package.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithDataPlane(
        this IResourceBuilder<MeshResource> mesh, string? logLevel = null, string? proxyPath = null, string? controlPlanePath = null) => Set(mesh, o =>
        {
            o.LogLevel = logLevel ?? o.LogLevel;
            o.ProxyPath = proxyPath ?? o.ProxyPath;
            o.ControlPlanePath = controlPlanePath ?? o.ControlPlanePath;
        });

    /// <summary>Leaves sidecars out of the dashboard's list, so that an app of five services looks like five services. Default: shown, under their service.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="hidden">Whether they are left out.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithHiddenSidecars(this IResourceBuilder<MeshResource> mesh, bool hidden = true) =>
        Set(mesh, o => o.HideSidecars = hidden);

    /// <summary>
    /// Closes the way out of the pods that are published to Kubernetes: they reach mesh doors, the control plane, the cluster's DNS, what the AppHost declares (external services with
    /// <c>WithMeshEgress</c>, resources without a sidecar that they reference) and nothing else, where the cluster's network enforces NetworkPolicies. Does nothing in a run.
    /// </summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="closed">Whether it is closed.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithEgressPolicy(this IResourceBuilder<MeshResource> mesh, bool closed = true) => Set(mesh, o => o.EgressPolicy = closed);

    /// <summary>
    /// Has the image of sidecars and control plane built and pushed with the app's own when it is published, from the programs in this package, instead of taking it from a registry
    /// that somebody pushed it to. <c>aspire publish</c> writes what it is built from, <c>aspire deploy</c> builds it and says its name to what is deployed. Does nothing in a run.
    /// </summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="baseImage">An image with the ASP.NET Core 10 runtime. Default: <c>mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled</c>, which has no shell.</param>
    [AspireExport]
    public static IResourceBuilder<MeshResource> WithImageBuild(this IResourceBuilder<MeshResource> mesh, string? baseImage = null)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        if (mesh.ApplicationBuilder.ExecutionContext.IsPublishMode && mesh.Resource.Image is null)
        {
            mesh.Resource.Image = new MeshImageResource($"{mesh.Resource.Name}-image", mesh.Resource, baseImage ?? MeshImageFolder.BaseImage);
            mesh.ApplicationBuilder.AddResource(mesh.Resource.Image);
        }

        return mesh;
    }

    private static IResourceBuilder<MeshResource> Set(IResourceBuilder<MeshResource> mesh, Action<MeshOptions> set)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        set(mesh.Resource.Options);
        return mesh;
    }
}
