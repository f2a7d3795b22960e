using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Pipelines;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>
/// An environment in the shape of AddAzureKubernetesEnvironment's, whose package brings all of Azure: it is the one in the model, and holds a Kubernetes environment that
/// it does not show and whose steps it takes into the pipeline.
/// </summary>
internal sealed class CloudCluster : Resource, IComputeEnvironmentResource
{
    public CloudCluster(string name)
        : base(name)
    {
        KubernetesEnvironment = new KubernetesEnvironmentResource(name) { OwningComputeEnvironment = this, DashboardEnabled = false };
        Annotations.Add(new KubernetesEnvironmentAnnotation());
        Annotations.Add(new PipelineStepAnnotation(async context =>
        {
            var steps = new List<PipelineStep>();
            foreach (var annotation in KubernetesEnvironment.Annotations.OfType<PipelineStepAnnotation>())
            {
                steps.AddRange(await annotation.CreateStepsAsync(new PipelineStepFactoryContext { PipelineContext = context.PipelineContext, Resource = KubernetesEnvironment }));
            }

            return steps;
        }));
    }

    private KubernetesEnvironmentResource KubernetesEnvironment { get; }
}
