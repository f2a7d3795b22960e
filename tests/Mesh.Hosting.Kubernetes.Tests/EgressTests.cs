using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using k8s.Models;
using Mesh.Hosting.Kubernetes.Tests.Charts;
using Mesh.Kubernetes.Manifests;
using Mesh.Model.Bootstrap;
using Mesh.Testing;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>What leaves the mesh, published: external services, their Secrets, and a way out that is closed but for what is declared.</summary>
[Collection(nameof(PublishedChart))]
public sealed class EgressTests
{
    [Fact]
    public async Task ExternalServices_Published_AreAsTheGoldenFileShows()
    {
        using var chart = await PublishedChart.CreateAsync(builder => Compose(builder, closed: true));
        var rendered = RenderedChart.Of(chart);

        Assert.All(rendered.Objects, o => Assert.NotNull(StrictReader.Read(o.Node) ?? CustomObjects.Read(o.Node)));
        Golden.Check(
            ManifestText.Write(rendered.Objects.Where(o => o.File.StartsWith("templates/mesh/network-policy-", StringComparison.Ordinal) || o.File.StartsWith("templates/mesh/externalservice-", StringComparison.Ordinal)).Select(o => o.Node)),
            "egress.yaml");
        Assert.Empty(chart.Warnings);
    }

    [Fact]
    public async Task Secrets_AreMountedIntoTheSidecarsThatNeedThemAndNowhereElse()
    {
        using var chart = await PublishedChart.CreateAsync(builder => Compose(builder, closed: false));
        var rendered = RenderedChart.Of(chart);

        var orders = rendered.Get<V1Deployment>("Deployment", "orders-deployment").Spec.Template.Spec;
        var sidecar = orders.InitContainers.Single(c => c.Name == "mesh-proxy");
        Assert.Equal(
            [("/var/run/secrets/mesh-egress/bank-ca", true), ("/var/run/secrets/mesh-egress/bank-client", true)],
            sidecar.VolumeMounts.Where(m => m.Name.StartsWith("mesh-egress-", StringComparison.Ordinal)).Select(m => (m.MountPath, m.ReadOnlyProperty == true)));
        Assert.Equal(["bank-ca", "bank-client"], orders.Volumes.Where(v => v.Secret is { Optional: true }).Select(v => v.Secret.SecretName));
        Assert.DoesNotContain(orders.Containers.SelectMany(c => c.VolumeMounts ?? []), m => m.Name.StartsWith("mesh-egress-", StringComparison.Ordinal));
        Assert.DoesNotContain(rendered.Get<V1Deployment>("Deployment", "storefront-deployment").Spec.Template.Spec.Volumes, v => v.Secret is not null);
        Assert.DoesNotContain(rendered.Objects, o => o.Node["kind"]!.ToString()!.Contains("Role", StringComparison.Ordinal) && ManifestText.Write(o.Node).Contains("bank-", StringComparison.Ordinal));
        var variables = rendered.Get<V1ConfigMap>("ConfigMap", "orders-config").Data;
        Assert.Equal(("http://127.0.0.1:15101/v2/", "http://127.0.0.1:15101/v2/"), (variables["BANK"], variables["services__bank__https__0"]));
        var document = Assert.IsType<Mesh.Model.Resources.ExternalServiceResource>(CustomObjects.Read(rendered.Node("ExternalService", "bank", "mesh.dev")));
        Assert.Equal((EgressSecrets.PathOf("bank-ca", "ca.crt"), EgressSecrets.PathOf("bank-client", "tls.key")), (document.Ports[0].Tls!.OnDisk().CaFile, document.Ports[0].Tls!.OnDisk().KeyFile));
        Assert.DoesNotContain("Egress", ManifestText.Write(rendered.Node("NetworkPolicy", "mesh-orders")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_NamePodsThatThereAre()
    {
        using var chart = await PublishedChart.CreateAsync(builder => Compose(builder, closed: true));
        var rendered = RenderedChart.Of(chart);
        var pods = rendered.Objects.Select(o => StrictReader.Read(o.Node)).Select(o => o switch
        {
            V1Deployment d => d.Spec.Template.Metadata.Labels,
            V1StatefulSet s => s.Spec.Template.Metadata.Labels,
            _ => null,
        }).OfType<IDictionary<string, string>>().ToList();

        var policies = rendered.Objects.Select(o => StrictReader.Read(o.Node)).OfType<V1NetworkPolicy>().Where(p => p.Spec.Egress is not null).ToList();

        Assert.Equal(2, policies.Count);
        Assert.All(
            policies.SelectMany(p => p.Spec.Egress).SelectMany(e => e.To).Select(to => to.PodSelector).OfType<V1LabelSelector>(),
            selector => Assert.Contains(pods, labels => selector.MatchLabels.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value)));
    }

    private static void Compose(IDistributedApplicationBuilder builder, bool closed)
    {
        builder.AddMesh().WithEgressPolicy(closed);
        builder.AddKubernetesEnvironment("k8s");
        var bank = builder.AddExternalService("bank", "https://ledger.bank.test/v2/").WithMeshEgress(e =>
        {
            e.CaFile = "ca.pem";
            e.CaSecret = "bank-ca";
            e.CertificateSecret = "bank-client";
            e.Cidrs = ["203.0.113.0/24", "2001:db8::/32"];
        });
        var stripe = builder.AddExternalService("stripe", "https://api.stripe.test").WithMeshEgress();
        var cache = builder.AddContainer("cache", "redis").WithEndpoint(targetPort: 6379, name: "tcp", scheme: "redis").WithoutMesh();
        var orders = builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithReference(bank).WithReference(stripe).WithEnvironment("CACHE", cache.GetEndpoint("tcp"));
        builder.AddProject("storefront", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint(port: 5400).WithExternalHttpEndpoints().WithReference(orders);
    }
}
