using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Publishing;

namespace Mesh.Hosting.Docker;

/// <summary>Puts the mesh into the Compose files of Docker Compose environments.</summary>
internal sealed class ComposePublisher : MeshPublisher
{
    /// <inheritdoc />
    public override bool HasNetworkPolicies => false;

    /// <inheritdoc />
    public override bool Serves(IComputeEnvironmentResource environment) => environment is DockerComposeEnvironmentResource;

    /// <inheritdoc />
    public override void Apply(PublishedMesh mesh)
    {
        var environment = (DockerComposeEnvironmentResource)mesh.Environment;
        var file = new MeshedComposeFile(mesh, environment);
        mesh.Mesh.Builder.CreateResourceBuilder(environment).ConfigureEnvFile(file.ChangeVariables);
        environment.Annotations.Add(new PipelineStepAnnotation(_ =>
        {
            var step = new PipelineStep
            {
                Name = $"publish-{environment.Name}-{mesh.Mesh.Name}",
                Description = $"Adds the control plane, sidecars and policies of the mesh to the Compose file of {environment.Name}.",
                Action = file.WriteAsync,
            };
            step.DependsOn($"publish-{environment.Name}");
            step.RequiredBy(WellKnownPipelineSteps.Publish);
            return step;
        }));
    }
}
