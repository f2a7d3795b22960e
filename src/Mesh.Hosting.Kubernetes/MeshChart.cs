using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Diagnostics;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Installation;
using Mesh.Kubernetes.Manifests;
using Mesh.Kubernetes.Pods;
using Mesh.Model.Planning;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Kubernetes;

/// <summary>The mesh's part of one chart: what the publisher writes of each workload is changed, and the rest is written beside it.</summary>
internal sealed partial class MeshChart(PublishedMesh mesh, KubernetesEnvironmentResource environment)
{
    /// <summary>Native sidecars are there from 1.29 on, and waits before the end of a container from 1.30 on.</summary>
    private const string KubeVersion = ">= 1.30.0-0";

    private readonly SortedDictionary<string, PodSpec> _pods = new(StringComparer.Ordinal);
    private readonly List<(string Service, KubernetesResource Published)> _published = [];
    private readonly SidecarSettings _sidecars = MeshValues.Sidecars(mesh, environment);

    /// <summary>Puts the sidecar into the pods of a workload, once the publisher has made them.</summary>
    public void Add(PlannedWorkload workload, KubernetesResource published)
    {
        var pods = new PublishedPods(mesh, workload, published, environment.DashboardEnabled ? MeshValues.Dashboard(environment) : null);
        var pod = pods.Describe();
        _pods[workload.Service.Id.Name] = pod;
        pods.Change(new Sidecar(_sidecars, pod));
        _published.Add((pod.Service.Name, published));
    }

    /// <summary>Writes the rest, once the publisher has written the chart.</summary>
    public async Task WriteAsync(PipelineStepContext context)
    {
        // Whoever changes pods after us, such as a cloud's workload identity, may not change who they are.
        foreach (var (service, published) in _published.Where(p => p.Published.Workload!.PodTemplate.Spec.ServiceAccountName != p.Service))
        {
            throw MeshDiagnostics.OtherServiceAccount(service, published.Workload!.PodTemplate.Spec.ServiceAccountName);
        }

        var chart = Folder(context);
        if (mesh.Mesh.Image is { } image)
        {
            // What is in a chart's folder goes into the release, and that into a Secret of a megabyte at most.
            await File.WriteAllTextAsync(Path.Combine(chart, ".helmignore"), $"{image.Folder}/\n", context.CancellationToken);
        }

        var definitions = Emptied(Path.Combine(chart, "crds"), $"*.{CustomResourceNames.Group}.yaml");
        foreach (var (name, text) in CustomResourceDefinitions.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(definitions.FullName, name), text, context.CancellationToken);
        }

        // No resource of the app can have the mesh's name, so the publisher writes nothing there.
        var templates = Emptied(Path.Combine(chart, "templates", mesh.Mesh.Name), "*.yaml");
        foreach (var (name, manifest) in Objects())
        {
            await File.WriteAllTextAsync(Path.Combine(templates.FullName, $"{name}.yaml"), ChartText.Render(Named(ManifestText.Write(manifest))), context.CancellationToken);
        }

        await File.AppendAllTextAsync(Path.Combine(chart, "values.yaml"), MeshValues.Text(mesh), context.CancellationToken);
        var about = Path.Combine(chart, "Chart.yaml");
        await File.WriteAllTextAsync(about, KubeVersionLine().Replace(await File.ReadAllTextAsync(about, context.CancellationToken), $"kubeVersion: \"{KubeVersion}\""), context.CancellationToken);
    }

    /// <summary>Names the image of the mesh in the values of the deployment, beside those of the app.</summary>
    public async Task NameImageAsync(PipelineStepContext context, MeshImageResource image)
    {
        var path = Path.Combine(Folder(context), $"values.{environment.Name}.yaml");
        var values = File.Exists(path) ? MeshBlock().Replace(await File.ReadAllTextAsync(path, context.CancellationToken), "") : "";
        var named = ManifestText.Write(Node.Object(("mesh", Node.Object(("registry", Node.Text("")), ("image", Node.Text((await image.GetValueAsync(context.CancellationToken))!))))));
        await File.WriteAllTextAsync(path, values + named, context.CancellationToken);
    }

    private string Folder(PipelineStepContext context)
    {
        var outputs = context.Services.GetRequiredService<IPipelineOutputService>();
        return context.Model.Resources.OfType<IComputeEnvironmentResource>().Count() > 1 ? outputs.GetOutputDirectory(environment) : outputs.GetOutputDirectory();
    }

    // A permission that the AppHost no longer gives must not stay in a chart that was published before.
    private static DirectoryInfo Emptied(string folder, string files)
    {
        var made = Directory.CreateDirectory(folder);
        foreach (var file in made.EnumerateFiles(files))
        {
            file.Delete();
        }

        return made;
    }

    private IEnumerable<(string File, ObjectNode Object)> Objects() =>
    [
        .. new ControlPlaneInstallation(MeshValues.ControlPlane(mesh, environment)).Objects().Select(o => ($"control-plane-{o.File}", o.Object)),
        .. _pods.Values.Select(p => ($"identity-{p.Service.Name}", WorkloadObjects.ServiceAccount(_sidecars, p))),
        .. _pods.Values.Select(p => ($"network-policy-{p.Service.Name}", WorkloadObjects.NetworkPolicy(_sidecars, p))),
        .. mesh.Topology.Select(Document),
        .. Policies().Select(Document),
    ];

    // What is said of the whole mesh is in the control plane's namespace on a laptop; here the app's namespace is the whole mesh, and the two may have used one name.
    private IEnumerable<DeclaredResource> Policies()
    {
        // As in a run, what is in files beats what the AppHost says under the same name.
        var all = PolicyFiles.Read(mesh).Concat(mesh.Policies).DistinctBy(p => p.Key).ToList();
        var own = all.Where(p => p.Metadata.Namespace != DeclaredResource.SystemNamespace).ToList();
        var taken = own.Select(p => (p.Kind, p.Metadata.Name)).ToHashSet();
        return own.Concat(all.Where(p => p.Metadata.Namespace == DeclaredResource.SystemNamespace)
            .Select(p => taken.Contains((p.Kind, p.Metadata.Name)) ? p with { Metadata = p.Metadata with { Name = $"{p.Metadata.Name}-{mesh.Mesh.Name.ToLowerInvariant()}" } } : p));
    }

    private (string File, ObjectNode Object) Document(DeclaredResource resource) =>
        ($"{resource.Kind.ToLowerInvariant()}-{resource.Metadata.Name}", CustomObject.Write(resource, ChartText.Namespace, new Dictionary<string, string> { [MeshNames.MeshLabel] = _sidecars.Names.Mesh }));

    // Identities that somebody wrote out in full, in a policy's file.
    private string Named(string manifest) => manifest.Replace(
        $"spiffe://{mesh.TrustDomain.Name}/ns/{mesh.Mesh.Options.Namespace}/", $"spiffe://{ChartText.TrustDomain}/ns/{ChartText.Namespace}/", StringComparison.Ordinal);

    [GeneratedRegex("^mesh:\n(  .*\n)*", RegexOptions.Multiline)]
    private static partial Regex MeshBlock();

    [GeneratedRegex("^kubeVersion:.*$", RegexOptions.Multiline)]
    private static partial Regex KubeVersionLine();
}
