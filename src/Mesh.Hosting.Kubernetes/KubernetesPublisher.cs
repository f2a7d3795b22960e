using System.Reflection;
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
    public override bool Serves(IComputeEnvironmentResource environment) => Inner(environment) is not null;

    /// <inheritdoc />
    public override void Apply(PublishedMesh mesh)
    {
        var environment = Inner(mesh.Environment)!;
        var chart = new MeshChart(mesh, environment);
        foreach (var workload in mesh.Plan.Workloads)
        {
            mesh.Reading.Workloads[workload.Service.Id].Annotations.Add(new KubernetesServiceCustomizationAnnotation(published => chart.Add(workload, published)));
        }

        mesh.Environment.Annotations.Add(new PipelineStepAnnotation(_ =>
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
        AddChartStep(mesh.Environment, environment.Name);
        if (mesh.Mesh.Image is { } image)
        {
            AddImageStep(mesh.Environment, environment, chart, image);
        }
    }

    // For whoever installs charts with something else than Aspire, such as azd: nothing depends on it, so it runs only where somebody names it.
    private static void AddChartStep(IResource owner, string environment)
    {
        var name = $"chart-{environment}";
        owner.Annotations.Add(new PipelineStepAnnotation(_ => new PipelineStep
        {
            Name = name,
            Description = $"Publishes the chart of {environment}, pushes its images, and writes the values that name them: all but the installation.",
            Action = _ => Task.CompletedTask,
            DependsOnSteps = [WellKnownPipelineSteps.Publish, WellKnownPipelineSteps.Push],
        }));
        owner.Annotations.Add(new PipelineConfigurationAnnotation(context =>
        {
            // The step that writes the values is there where Helm installs the chart.
            if (context.Steps.FirstOrDefault(s => s.Name == $"prepare-{environment}") is { } prepare)
            {
                context.Steps.Single(s => s.Name == name).DependsOn(prepare);
            }
        }));
    }

    // Names the image that was built in the values of the deployment, which Aspire writes just before.
    private static void AddImageStep(IResource owner, KubernetesEnvironmentResource environment, MeshChart chart, MeshImageResource image)
    {
        var name = $"prepare-{environment.Name}-{image.Name}";
        owner.Annotations.Add(new PipelineStepAnnotation(_ => new PipelineStep
        {
            Name = name,
            Description = $"Names the image of the mesh in the values of {environment.Name}.",
            Action = context => chart.NameImageAsync(context, image),
            DependsOnSteps = [WellKnownPipelineSteps.Publish, $"build-{image.Name}", WellKnownPipelineSteps.PushPrereq],
        }));
        owner.Annotations.Add(new PipelineConfigurationAnnotation(context =>
        {
            foreach (var (step, before) in new[] { (name, $"prepare-{environment.Name}"), ($"helm-deploy-{environment.Name}", name), ($"chart-{environment.Name}", name) })
            {
                if (context.Steps.FirstOrDefault(s => s.Name == step) is { } found && context.Steps.Any(s => s.Name == before))
                {
                    found.DependsOn(before);
                }
            }
        }));
    }

    // Clusters of clouds, such as AddAzureKubernetesEnvironment's, hold a Kubernetes environment that is not in the model itself, and do not show it: only that they do.
    private static KubernetesEnvironmentResource? Inner(IComputeEnvironmentResource environment) => environment switch
    {
        KubernetesEnvironmentResource itself => itself,
        _ when environment.Annotations.OfType<KubernetesEnvironmentAnnotation>().Any() => environment.GetType()
            .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(p => p.PropertyType == typeof(KubernetesEnvironmentResource))
            .Select(p => p.GetValue(environment)).OfType<KubernetesEnvironmentResource>().FirstOrDefault(),
        _ => null,
    };
}
