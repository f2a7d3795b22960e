using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests.Azure;

/// <summary>The files that azd deploys the Shop and a new app by, held against its schema and against what Aspire's pipeline does. There is no azd and no Azure here.</summary>
[Collection(nameof(PublishedChart))]
public sealed class AzdTests
{
    public static TheoryData<string, string> Apps => new()
    {
        { "playground/Shop", "storefront-service" },
        { "templates/Mesh.Templates/mesh-app", "webfrontend-service" },
    };

    [Theory]
    [MemberData(nameof(Apps))]
    public void AzureYaml_InstallsTheChartThatItsHookPublishes(string app, string service)
    {
        var project = AzureYaml.Read(Checkout.PathTo(app, "azure.yaml"));
        var (name, deployed) = project.Services.Single();
        var release = deployed.K8s.Helm.Releases.Single();

        Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", project.Name);
        Assert.Matches("^[a-z0-9-]+$", name);
        Assert.Equal(("aks", service), (deployed.Host, deployed.K8s.Service.Name));
        Assert.Equal(("./chart", "./chart/values.k8s.yaml"), (release.Chart, release.Values));
        Assert.Equal(("sh", "pwsh"), (deployed.Hooks.Predeploy.Posix.Shell, deployed.Hooks.Predeploy.Windows.Shell));
        foreach (var script in (string[])[deployed.Hooks.Predeploy.Posix.Run, deployed.Hooks.Predeploy.Windows.Run])
        {
            Assert.Matches(@"\naspire do chart-k8s .*--output-path chart\b", script);
            Assert.Matches(@"az acr login --name .*AZURE_CONTAINER_REGISTRY_NAME", script);
        }
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Infra_ProvisionsWhatHookAndAppHostAskFor(string app, string service)
    {
        Assert.NotEmpty(service);
        var main = File.ReadAllText(Checkout.PathTo(app, "infra", "main.bicep"));

        Assert.All(["AZURE_AKS_CLUSTER_NAME", "AZURE_CONTAINER_REGISTRY_NAME", "AZURE_CONTAINER_REGISTRY_ENDPOINT", "AZURE_RESOURCE_GROUP"], o => Assert.Contains($"output {o} string", main, StringComparison.Ordinal));
        Assert.Equal(File.ReadAllText(Checkout.PathTo("playground", "Shop", "infra", "cluster.bicep")), File.ReadAllText(Checkout.PathTo(app, "infra", "cluster.bicep")));
    }

    [Fact]
    public async Task StepOfTheHook_PublishesTheChart_PushesImages_AndInstallsNothing()
    {
        IReadOnlyList<PipelineStep> steps = [];
        using var output = await PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh();
            builder.AddKubernetesEnvironment("k8s");
            builder.AddContainerRegistry("registry", "registry.example.com");
            builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithAnnotation(new PipelineConfigurationAnnotation(c => steps = c.Steps));
        });

        var run = new HashSet<string>(StringComparer.Ordinal);
        Follow("chart-k8s");
        Assert.Superset(new HashSet<string> { "publish-k8s", "publish-k8s-mesh", "prepare-k8s", "build-orders", "push-orders" }, run);
        Assert.DoesNotContain(run, s => s.StartsWith("helm-deploy", StringComparison.Ordinal));

        void Follow(string name)
        {
            if (run.Add(name))
            {
                var step = steps.Single(s => s.Name == name);
                step.DependsOnSteps.Concat(steps.Where(s => s.RequiredBySteps.Contains(name)).Select(s => s.Name)).ToList().ForEach(Follow);
            }
        }
    }
}
