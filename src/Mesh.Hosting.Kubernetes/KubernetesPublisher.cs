using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Manifests;

namespace Mesh.Hosting.Kubernetes;

/// <summary>Puts the mesh into the Helm charts of Kubernetes environments.</summary>
internal sealed class KubernetesPublisher : MeshPublisher
{
    /// <inheritdoc />
    public override string Namespace => ChartText.Namespace;

    /// <inheritdoc />
    public override string TrustDomain => ChartText.TrustDomain;

    /// <inheritdoc />
    public override bool Serves(IComputeEnvironmentResource environment) => environment is KubernetesEnvironmentResource;

    /// <inheritdoc />
    public override void Apply(PublishedMesh mesh)
    {
        var environment = (KubernetesEnvironmentResource)mesh.Environment;
        var chart = new MeshChart(mesh, environment);
        foreach (var workload in mesh.Plan.Workloads)
        {
            mesh.Reading.Workloads[workload.Service.Id].Annotations.Add(new KubernetesServiceCustomizationAnnotation(published => chart.Add(workload, published)));
        }

        environment.Annotations.Add(new PipelineStepAnnotation(_ =>
        {
            var step = new PipelineStep
            {
                Name = $"publish-{environment.Name}-{mesh.Mesh.Name}",
                Description = $"Adds the control plane, identities and policies of the mesh to the chart of {environment.Name}.",
                Action = chart.WriteAsync,
            };
            step.DependsOn($"publish-{environment.Name}");
            step.RequiredBy(WellKnownPipelineSteps.Publish);
            return step;
        }));
    }
}
