using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Serialization;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>A chart for the image that is built with it.</summary>
[Collection(nameof(PublishedChart))]
public sealed class ImageBuildTests
{
    [Fact]
    public async Task Chart_StartsTheProgramsOfThatImage_AndKeepsItsFolderOutOfTheRelease()
    {
        using var output = await PublishAsync();
        var chart = RenderedChart.Of(output);

        var sidecar = chart.Get<V1Deployment>("Deployment", "orders-deployment").Spec.Template.Spec.InitContainers.Single();
        Assert.Equal(["dotnet", "/app/mesh-proxy.dll"], sidecar.Command);
        Assert.Equal(["dotnet", "/app/mesh-proxy.dll", "drain"], sidecar.Lifecycle.PreStop.Exec.Command.Take(3));
        Assert.Equal(["dotnet", "/app/mesh-control-plane.dll"], chart.Get<V1Deployment>("Deployment", "mesh-control-plane").Spec.Template.Spec.Containers.Single().Command);
        Assert.Equal("mesh-image/\n", output.Text(".helmignore"));
        Assert.Contains("mesh-image/Dockerfile", output.Files);
        Assert.All(chart.Objects, o => Assert.NotNull(StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)));
    }

    [Fact]
    public async Task Values_OfADeployment_NameTheImageThatWasPushed()
    {
        // Building needs a container engine, and writing the app's own values Helm: both are left out of the run, and what the mesh adds is seen.
        using var output = await PublishAsync(
            builder =>
            {
                builder.AddContainerRegistry("registry", "registry.example.com");
                builder.Resources.Single(r => r.Name == "orders").Annotations.Add(new PipelineConfigurationAnnotation(context =>
                {
                    // Aspire asks once before the mesh is planned, and once when it publishes.
                    if (context.Steps.FirstOrDefault(s => s.Name == "prepare-k8s-mesh-image") is { } step)
                    {
                        step.DependsOnSteps.Remove("build-mesh-image");
                        step.DependsOnSteps.Remove("prepare-k8s");
                    }
                }));
            },
            "prepare-k8s-mesh-image");

        var values = (ObjectNode)RenderedChart.Parse(output.Text("values.k8s.yaml"), "values").Single()["mesh"]!;
        Assert.Equal("", ((ScalarNode)values["registry"]!).Text);
        Assert.StartsWith("registry.example.com/mesh-image:", ((ScalarNode)values["image"]!).Text, StringComparison.Ordinal);
        Assert.StartsWith("registry.example.com/mesh-image:", RenderedChart.Of(output, overrides: output.Text("values.k8s.yaml"))
            .Get<V1Deployment>("Deployment", "orders-deployment").Spec.Template.Spec.InitContainers.Single().Image, StringComparison.Ordinal);
    }

    private static Task<PublishedChart> PublishAsync(Action<IDistributedApplicationBuilder>? compose = null, string step = "publish")
    {
        var folder = Checkout.PathTo("artifacts", "bin");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var (proxy, control) = (Path.Combine(folder, "Mesh.Proxy", configuration, "mesh-proxy.dll"), Path.Combine(folder, "Mesh.ControlPlane", configuration, "mesh-control-plane.dll"));
        Assert.SkipUnless(File.Exists(proxy) && File.Exists(control), "Control plane and proxy are not built: ./build.sh build does that.");
        return PublishedChart.CreateAsync(
            builder =>
            {
                builder.AddMesh("mesh", o => (o.ProxyPath, o.ControlPlanePath) = (proxy, control)).WithImageBuild();
                builder.AddKubernetesEnvironment("k8s").WithDashboard(false);
                builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint();
                compose?.Invoke(builder);
            },
            step: step);
    }
}
