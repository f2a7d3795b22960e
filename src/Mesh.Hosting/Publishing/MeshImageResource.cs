using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// The image of sidecars and control plane, built and pushed by Aspire's pipeline like those of the app. It is no container of the app model: nothing is deployed because of it,
/// what the mesh publishes names it.
/// </summary>
internal sealed class MeshImageResource : Resource, IValueProvider, IManifestExpressionProvider
{
    private readonly MeshResource _mesh;
    private readonly string _baseImage;

    public MeshImageResource(string name, MeshResource mesh, string baseImage)
        : base(name)
    {
        (_mesh, _baseImage) = (mesh, baseImage);
        Build(mesh.AppHostDirectory);
        Annotations.Add(new ContainerBuildOptionsCallbackAnnotation(context =>
        {
            (context.LocalImageName, context.LocalImageTag) = (MeshImageFolder.Name, MeshImageFolder.Tag);
            context.TargetPlatform = ContainerTargetPlatform.LinuxAmd64; // as for every image that Aspire publishes
        }));
        Annotations.Add(new PipelineStepAnnotation(_ => Steps()));
    }

    /// <summary>The name of the folder that it is built from, in what is published.</summary>
    public string Folder => Name;

    /// <inheritdoc />
    public string ValueExpression => $"{{{Name}.containerImage}}";

    /// <summary>Name and tag by which it can be pulled: those of the registry, or of this machine where there is none.</summary>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => await IsLocalAsync(cancellationToken)
        ? $"{MeshImageFolder.Name}:{MeshImageFolder.Tag}"
        : await ((IValueProvider)new ContainerImageReference(this)).GetValueAsync(cancellationToken);

    private PipelineStep[] Steps()
    {
        var folder = new PipelineStep
        {
            Name = $"publish-{Name}",
            Description = "Writes the image of sidecars and control plane as Dockerfile and programs.",
            Action = WriteAsync,
            DependsOnSteps = [WellKnownPipelineSteps.PublishPrereq],
            RequiredBySteps = [WellKnownPipelineSteps.Publish, WellKnownPipelineSteps.PushPrereq],
        };
        var build = new PipelineStep
        {
            Name = $"build-{Name}",
            Description = "Builds the image of sidecars and control plane.",
            Action = context => context.Services.GetRequiredService<IResourceContainerImageManager>().BuildImageAsync(this, context.CancellationToken),
            Tags = [WellKnownPipelineTags.BuildCompute],
            DependsOnSteps = [folder.Name, WellKnownPipelineSteps.BuildPrereq, WellKnownPipelineSteps.CheckContainerRuntime],
            RequiredBySteps = [WellKnownPipelineSteps.Build],
            Resource = this,
        };
        var push = new PipelineStep
        {
            Name = $"push-{Name}",
            Description = "Pushes the image of sidecars and control plane, where there is a registry.",
            Action = PushAsync,
            Tags = [WellKnownPipelineTags.PushContainerImage],
            DependsOnSteps = [build.Name, WellKnownPipelineSteps.PushPrereq],
            RequiredBySteps = [WellKnownPipelineSteps.Push],
            Resource = this,
        };
        return [folder, build, push];
    }

    private async Task WriteAsync(PipelineStepContext context)
    {
        var folder = Path.Combine(context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory(), Folder);
        await new MeshImageFolder(_mesh, context.Services.GetRequiredService<IConfiguration>(), _baseImage).WriteAsync(folder, context.CancellationToken);
        Build(folder);

        // It goes where the app's own images go.
        if (!Annotations.OfType<ContainerRegistryReferenceAnnotation>().Any()
            && context.Model.Resources.Select(r => r.GetDeploymentTargetAnnotation()?.ContainerRegistry).FirstOrDefault(r => r is not null) is { } registry)
        {
            Annotations.Add(new ContainerRegistryReferenceAnnotation(registry));
        }
    }

    private void Build(string folder)
    {
        foreach (var before in Annotations.OfType<DockerfileBuildAnnotation>().ToList())
        {
            Annotations.Remove(before);
        }

        Annotations.Add(new DockerfileBuildAnnotation(folder, Path.Combine(folder, MeshImageFolder.Dockerfile), null) { ImageName = MeshImageFolder.Name, ImageTag = MeshImageFolder.Tag });
    }

    private async Task PushAsync(PipelineStepContext context)
    {
        if (!await IsLocalAsync(context.CancellationToken))
        {
            await context.Services.GetRequiredService<IResourceContainerImageManager>().PushImageAsync(this, context.CancellationToken);
        }
    }

    // Compose on one machine has a registry without an address.
    private async Task<bool> IsLocalAsync(CancellationToken cancellationToken) =>
        Annotations.OfType<ContainerRegistryReferenceAnnotation>().LastOrDefault() is { } given && string.IsNullOrEmpty(await given.Registry.Endpoint.GetValueAsync(cancellationToken));
}
