using System.Text.Json;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Model.Bootstrap;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>Databases, images that keep their port, and what is outside the mesh.</summary>
[Collection(nameof(PublishedChart))]
public sealed class BookshopTests(Bookshop app) : IClassFixture<Bookshop>
{
    private readonly RenderedChart _chart = RenderedChart.Of(app.Chart);

    [Fact]
    public void Objects_AreReadByAStrictReader() => Assert.All(_chart.Objects, o => Assert.NotNull(StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)));

    [Theory]
    [InlineData("postgres", "-c listen_addresses=127.0.0.1")]
    [InlineData("cache", "-c redis-server --requirepass $REDIS_PASSWORD --bind 127.0.0.1")]
    public void Database_IsAStatefulSetWithASidecar_AndListensOnLoopback(string name, string arguments)
    {
        var set = _chart.Get<V1StatefulSet>("StatefulSet", $"{name}-statefulset").Spec;

        Assert.Equal($"{name}-service", set.ServiceName);
        Assert.Equal("mesh-proxy", Assert.Single(set.Template.Spec.InitContainers).Name);
        Assert.Equal(arguments, string.Join(' ', set.Template.Spec.Containers.Single().Args));
        Assert.Equal((999, 999), (set.Template.Spec.Containers.Single().SecurityContext.RunAsUser, set.Template.Spec.SecurityContext.FsGroup));
        Assert.Equal("15060", _chart.Get<V1Service>("Service", $"{name}-service").Spec.Ports.Single().TargetPort.ToString());
    }

    [Fact]
    public void TcpProbe_IsAnsweredByTheSidecar_WhichTriesTheApp()
    {
        var probe = _chart.Get<V1StatefulSet>("StatefulSet", "cache-statefulset").Spec.Template.Spec.Containers.Single().ReadinessProbe;

        Assert.Null(probe.TcpSocket);
        Assert.Equal(("/app/tcp", "15020"), (probe.HttpGet.Path, probe.HttpGet.Port.ToString()));
    }

    [Fact]
    public void ConnectionStrings_LeadToTheCallersOwnSidecar()
    {
        var secrets = _chart.Get<V1Secret>("Secret", "web-secrets").StringData;
        var listeners = Bootstrap("Deployment", "web").Listeners;

        var port = listeners["outbound/shop/postgres/tcp"].Split(':')[1];
        Assert.StartsWith($"Host=127.0.0.1;Port={port};Username=postgres;Password=", secrets["ConnectionStrings__books"], StringComparison.Ordinal);
        Assert.Contains($"@127.0.0.1:{port}/books", secrets["BOOKS_URI"], StringComparison.Ordinal);
        Assert.StartsWith($"{listeners["outbound/shop/cache/tcp"]},password=", secrets["ConnectionStrings__cache"], StringComparison.Ordinal);
    }

    [Fact]
    public void ImageThatReadsItsPort_IsMovedToLoopback()
    {
        var variables = _chart.Get<V1ConfigMap>("ConfigMap", "payments-config").Data;

        Assert.Equal(("18080", "127.0.0.1"), (variables["PORT"], variables["HOST"]));
        Assert.Equal("127.0.0.1:18080", Bootstrap("Deployment", "payments").Applications["http"]);
        Assert.Equal(new ProbeDoor { Address = "0.0.0.0:5403", Path = "/alive", Application = "http" }, Assert.Single(Bootstrap("Deployment", "payments").Probes!.Doors));
    }

    [Fact]
    public void ImageThatKeepsItsPort_HasItsFrontDoorAtAnother_WhereServiceAndProbesLead()
    {
        var bootstrap = Bootstrap("Deployment", "legacy");
        var container = _chart.Get<V1Deployment>("Deployment", "legacy-deployment").Spec.Template.Spec.Containers.Single();

        Assert.Equal("127.0.0.1:80", bootstrap.Applications["http"]);
        Assert.Equal("0.0.0.0:8080", bootstrap.Listeners["inbound/front/http"]);
        Assert.Equal(("80", "8080"), (_chart.Get<V1Service>("Service", "legacy-service").Spec.Ports.Single().Port.ToString(), _chart.Get<V1Service>("Service", "legacy-service").Spec.Ports.Single().TargetPort.ToString()));
        Assert.Equal("8080", container.ReadinessProbe.HttpGet.Port.ToString());
        Assert.Contains(app.Chart.Warnings, w => w.StartsWith("MESH017: 'legacy' ", StringComparison.Ordinal));
    }

    [Fact]
    public void ResourceOutsideTheMesh_IsPublishedAsAspireWroteIt_AndWhatIsRefusedIsSaid()
    {
        var pod = _chart.Get<V1Deployment>("Deployment", "batch-deployment").Spec.Template.Spec;

        Assert.Null(pod.InitContainers);
        Assert.Equal("postgres-service", _chart.Get<V1ConfigMap>("ConfigMap", "batch-config").Data["BOOKS_HOST"]);
        Assert.Contains(app.Chart.Warnings, w => w.StartsWith("k8s: REFUSED batch → postgres/tcp", StringComparison.Ordinal));
        Assert.Equal(2, app.Chart.Warnings.Count);
    }

    private SidecarBootstrap Bootstrap(string kind, string service) => JsonSerializer.Deserialize(
        _chart.Get<V1Deployment>(kind, $"{service}-deployment").Spec.Template.Metadata.Annotations["mesh.dev/bootstrap"], BootstrapJson.Default.SidecarBootstrap)!;
}
