using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Mesh.EndToEnd.Tests.Machines;
using Mesh.EndToEnd.Tests.Running;
using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Hosting.Publishing;
using Mesh.Kubernetes.Definitions;
using Mesh.Kubernetes.Installation;
using Mesh.Testing;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>The image that is built with what is published. No engine is here to build it: its folder is looked at, and the programs in it are started.</summary>
[Collection(nameof(PublishedChart))]
public sealed class ImageBuildTests
{
    private static readonly string Proxy = Checkout.PathTo("artifacts", "bin", "Mesh.Proxy", Built.Configuration, "mesh-proxy.dll");
    private static readonly string ControlPlane = Checkout.PathTo("artifacts", "bin", "Mesh.ControlPlane", Built.Configuration, "mesh-control-plane.dll");

    [Fact]
    public async Task Folder_HoldsTheProgramsForBothArchitectures_AndADockerfileThatOnlyCopies()
    {
        using var output = await PublishAsync();

        var lines = output.Text("mesh-image", "Dockerfile").Split('\n').Where(l => l.Length > 0 && !l.StartsWith('#')).ToList();
        Assert.Equal(
            [
                "FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled", "ARG TARGETARCH", "COPY $TARGETARCH/ /app/", "COPY --chown=65532:65532 state/ /var/lib/mesh/", "USER 65532:65532", "ENV DOTNET_EnableDiagnostics=0",
                "ENTRYPOINT [\"dotnet\", \"/app/mesh-control-plane.dll\"]",
            ],
            lines);
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var files = output.Files.Where(f => f.StartsWith($"mesh-image/{architecture}/", StringComparison.Ordinal)).ToList();
            Assert.All(["mesh-proxy.dll", "mesh-proxy.runtimeconfig.json", "mesh-proxy.deps.json", "mesh-control-plane.dll", "mesh-control-plane.runtimeconfig.json", "mesh-control-plane.deps.json"], f => Assert.Contains($"mesh-image/{architecture}/{f}", files));
            Assert.All(files, f => Assert.Contains(Path.GetExtension(f), (string[])[".dll", ".json", ".so"]));
            Assert.InRange(files.Sum(f => new FileInfo(Path.Combine(output.Path, f)).Length), 4 << 20, 32 << 20);
        }
    }

    [Fact]
    public async Task Programs_InTheFolder_AreWhole()
    {
        using var output = await PublishAsync();

        await using var proxy = MachineProcess.Start(new("dotnet", [Path.Combine(output.Path, "mesh-image", "amd64", "mesh-proxy.dll"), "--version"]));
        await using var control = MachineProcess.Start(new("dotnet", [Path.Combine(output.Path, "mesh-image", "amd64", "mesh-control-plane.dll")]));

        Assert.True(await proxy.EndAsync() == 0, proxy.Said);
        Assert.True(await control.EndAsync() == 64, control.Said);
        Assert.Contains("usage: mesh-control-plane", control.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ComposeFile_StartsTheProgramsOfThatImage()
    {
        using var output = await PublishAsync(m => m.WithImageBuild("registry.example.com/base:1"));
        var compose = ComposeProject.Of(output);

        Assert.Contains("\nFROM registry.example.com/base:1\n", output.Text("mesh-image", "Dockerfile"), StringComparison.Ordinal);
        Assert.Equal(["dotnet", "/app/mesh-proxy.dll"], compose["orders-mesh"].Entrypoint);
        Assert.Equal(["CMD", "dotnet", "/app/mesh-proxy.dll", "healthcheck"], compose["orders-mesh"].HealthCheck!.Test[..4]);
        Assert.Equal(["dotnet", "/app/mesh-control-plane.dll"], compose["mesh-control-plane"].Entrypoint);
        Assert.Equal($"mesh:{CustomResourceDefinitions.ThisVersion}", compose["orders-mesh"].Image);
        Assert.DoesNotContain("mesh-image", compose.Project.Services.Keys);
    }

    [Fact]
    public async Task Deployment_BuildsTheImageFirst_FromWhatWasPublished()
    {
        IReadOnlyList<PipelineStep> steps = [];
        using var output = await PublishAsync(compose: b => b.Resources.Single(r => r.Name == "orders").Annotations.Add(new PipelineConfigurationAnnotation(c => steps = c.Steps)));

        var run = new HashSet<string>(StringComparer.Ordinal);
        Follow("docker-compose-up-compose");
        Assert.Superset(new HashSet<string> { "publish-mesh-image", "build-mesh-image", "push-mesh-image", "publish-compose-mesh", "build-orders" }, run);

        void Follow(string name)
        {
            if (run.Add(name))
            {
                var step = steps.Single(s => s.Name == name);
                step.DependsOnSteps.Concat(steps.Where(s => s.RequiredBySteps.Contains(name)).Select(s => s.Name)).ToList().ForEach(Follow);
            }
        }
    }

    [Fact]
    public async Task ProgramsThatAreNotThere_AreSaid()
    {
        var error = await Record.ExceptionAsync(() => PublishedChart.CreateAsync(builder =>
        {
            builder.AddMesh("mesh", o => (o.ProxyPath, o.ControlPlanePath) = ("/nowhere/mesh-proxy.dll", "/nowhere/mesh-control-plane.dll")).WithImageBuild();
            builder.AddDockerComposeEnvironment("compose");
        }));

        Assert.Contains("MESH021: WithImageBuild()", error?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void UserAndTag_AreThoseOfThePods() => Assert.Equal((ImageSettings.User, CustomResourceDefinitions.ThisVersion), (MeshImageFolder.User, MeshImageFolder.Tag));

    private static Task<PublishedChart> PublishAsync(Action<IResourceBuilder<MeshResource>>? image = null, Action<IDistributedApplicationBuilder>? compose = null)
    {
        Assert.SkipUnless(File.Exists(Proxy) && File.Exists(ControlPlane), "Control plane and proxy are not built: ./build.sh build does that.");
        return PublishedChart.CreateAsync(builder =>
        {
            var mesh = builder.AddMesh("mesh", o => (o.ProxyPath, o.ControlPlanePath) = (Proxy, ControlPlane));
            (image ?? (m => m.WithImageBuild()))(mesh);
            builder.AddDockerComposeEnvironment("compose").WithDashboard(false);
            builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint();
            compose?.Invoke(builder);
        });
    }
}
