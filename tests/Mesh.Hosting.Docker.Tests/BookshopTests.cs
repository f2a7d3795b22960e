using Mesh.Hosting.Docker.Tests.Compose;
using Mesh.Hosting.Kubernetes.Tests.Charts;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>What Compose services become.</summary>
[Collection(nameof(PublishedChart))]
public sealed class BookshopTests(Bookshop app) : IClassFixture<Bookshop>
{
    private readonly ComposeProject _compose = ComposeProject.Of(app.Output);

    [Theory]
    [InlineData("web")]
    [InlineData("postgres")]
    [InlineData("legacy")]
    public void App_IsInTheNetworkOfItsSidecar_AndStartsAfterIt(string name)
    {
        Assert.Equal($"service:{name}-mesh", _compose[name].NetworkMode);
        Assert.Equal(new ComposeSpec.Dependency("service_healthy", true), _compose[name].DependsOn[$"{name}-mesh"]);
        Assert.Equal(new ComposeSpec.Dependency("service_healthy", null), _compose[$"{name}-mesh"].DependsOn["mesh-control-plane"]);
        Assert.Equal([name], _compose[$"{name}-mesh"].Networks["aspire"].Aliases!);
    }

    [Fact]
    public void Secrets_AreInNoEnvironmentAndInNoFile()
    {
        foreach (var (name, service) in _compose.Project.Services.Where(s => s.Key.Contains("mesh", StringComparison.Ordinal)))
        {
            Assert.True(service.Environment.Keys.All(k => k == "DOTNET_EnableDiagnostics"), name);
        }

        Assert.All(app.Output.Files.Where(f => f.StartsWith("mesh/", StringComparison.Ordinal)), f => Assert.DoesNotMatch(@"PRIVATE KEY|mesh1\.|""token"":", app.Output.Text(f)));
        Assert.All(app.Output.Files.Where(f => f.EndsWith("-mesh.json", StringComparison.Ordinal)), f => Assert.Contains("\"tokenFile\": \"/run/mesh/identity/token\"", app.Output.Text(f), StringComparison.Ordinal));
    }

    [Fact]
    public void Token_IsInAVolumeInMemory_ThatOnlyTheControlPlaneAndOneSidecarMount()
    {
        var volumes = _compose.Project.Volumes.Where(v => v.Key.EndsWith("-identity", StringComparison.Ordinal)).ToList();

        Assert.Equal(6, volumes.Count);
        foreach (var (name, volume) in volumes)
        {
            Assert.Equal("tmpfs", volume.DriverOptions!["type"]);
            Assert.Contains("uid=65532,gid=65532,mode=0700", volume.DriverOptions["o"], StringComparison.Ordinal);
            var users = _compose.Project.Services.Where(s => s.Value.Volumes.Any(v => v.Source == name)).ToList();
            Assert.Equal(["mesh-control-plane", name[..^"-identity".Length]], users.Select(u => u.Key).Order(StringComparer.Ordinal).OrderBy(u => u != "mesh-control-plane"));
            Assert.True(users.Single(u => u.Key != "mesh-control-plane").Value.Volumes.Single().ReadOnly);
        }
    }

    [Fact]
    public void MeshContainers_HaveNoRights_AndWriteToVolumesOnly() => Assert.All(
        _compose.Project.Services.Where(s => s.Key.Contains("mesh", StringComparison.Ordinal)),
        s => Assert.True(s.Value is { User: "65532:65532", ReadOnly: true, CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"], Restart: "unless-stopped", HealthCheck: not null, Image: "mesh:0.1.0" }, s.Key));

    [Fact]
    public void PublishedPorts_LeadToFrontDoors_AndInternalOnesToNothing()
    {
        Assert.Equal(["8080"], _compose["web-mesh"].Ports);
        Assert.Equal(("0.0.0.0:8080", "127.0.0.1:18080"), (_compose.Bootstrap("web-mesh").Listeners["inbound/front/http"], _compose.Bootstrap("web-mesh").Applications["http"]));
        Assert.Equal("http://127.0.0.1:18080", _compose["web"].Environment["ASPNETCORE_URLS"]);
        Assert.All(["postgres-mesh", "cache-mesh", "payments-mesh", "admin-mesh"], s => Assert.Empty(_compose[s].Ports));
        Assert.Equal(("18080", "127.0.0.1"), (_compose["payments"].Environment["PORT"], _compose["payments"].Environment["HOST"]));
    }

    [Fact]
    public void ImageThatKeepsItsPort_HasItsFrontDoorAtAnother_AndSomebodyIsTold()
    {
        Assert.Equal(("127.0.0.1:80", "0.0.0.0:8080"), (_compose.Bootstrap("legacy-mesh").Applications["http"], _compose.Bootstrap("legacy-mesh").Listeners["inbound/front/http"]));
        Assert.Equal(["8080"], _compose["legacy-mesh"].Ports);
        Assert.Contains(app.Output.Warnings, w => w.StartsWith("MESH017: 'legacy' ", StringComparison.Ordinal) && w.Contains("nothing keeps others on its network", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgres", "-c listen_addresses=127.0.0.1")]
    [InlineData("cache", "-c redis-server --requirepass $REDIS_PASSWORD --bind 127.0.0.1")]
    public void Database_ListensOnLoopback(string name, string arguments) => Assert.Equal(arguments, string.Join(' ', _compose[name].Command));

    [Fact]
    public void ResourceOutsideTheMesh_IsPublishedAsAspireWroteIt()
    {
        Assert.Equal(("postgres", "5432"), (_compose["batch"].Environment["BOOKS_HOST"], _compose["batch"].Environment["BOOKS_PORT"]));
        Assert.Null(_compose["batch"].NetworkMode);
        Assert.Equal(["aspire"], _compose["batch"].Networks.Keys);
        Assert.Contains(app.Output.Warnings, w => w.StartsWith("compose: REFUSED batch → postgres/tcp", StringComparison.Ordinal));
        Assert.Equal(2, app.Output.Warnings.Count);
    }

    [Fact]
    public void Variables_NameTheImage_AndNoPortsOfProjects()
    {
        Assert.Contains("MESH_IMAGE", _compose.Variables.Keys);
        Assert.DoesNotContain("WEB_PORT", _compose.Variables.Keys);
        Assert.Equal("registry.example.com/mesh@sha256:0123", ComposeProject.Of(app.Output, new Dictionary<string, string> { ["MESH_IMAGE"] = "registry.example.com/mesh@sha256:0123" })["web-mesh"].Image);
    }

    [Fact]
    public void Authority_IsInAVolumeThatStays()
    {
        var volume = _compose["mesh-control-plane"].Volumes.Single(v => v.Target == "/var/lib/mesh");

        Assert.Equal("mesh-control-plane-state", volume.Source);
        Assert.Null(_compose.Project.Volumes[volume.Source].DriverOptions);
        Assert.StartsWith("/var/lib/mesh/", _compose.Settings().StateDirectory, StringComparison.Ordinal);
    }
}
