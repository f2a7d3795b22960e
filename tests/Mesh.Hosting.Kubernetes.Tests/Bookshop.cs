using Aspire.Hosting;
using Aspire.Hosting.Kubernetes.Resources;
using Mesh.Hosting.Kubernetes.Tests.Charts;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>An app with databases, images that keep their port, replicas, policies and something outside the mesh, published.</summary>
public sealed class Bookshop : IAsyncLifetime
{
    private PublishedChart? _chart;

    internal PublishedChart Chart => _chart!;

    public async ValueTask InitializeAsync() => _chart = await PublishedChart.CreateAsync(builder =>
    {
        builder.AddMesh("mesh", o => o.TrustDomain = "books.example");
        Compose(builder);
    });

    public ValueTask DisposeAsync()
    {
        _chart?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The app; its mesh is added by whoever composes it.</summary>
    internal static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.AddKubernetesEnvironment("k8s").WithDashboard(false);
        Bookstore.AddTo(builder).PublishAsKubernetesService(k => k.Workload!.PodTemplate.Spec.Containers[0].ReadinessProbe = new ProbeV1 { TcpSocket = new TcpSocketActionV1 { Port = 6379 } });
    }
}
