using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
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
        var mesh = builder.CreateResourceBuilder(builder.Resources.OfType<MeshResource>().Single());
        var books = builder.AddPostgres("postgres", password: builder.AddParameter("pg-password", "sesame", secret: true)).WithDataVolume("data").AddDatabase("books");
        var cache = builder.AddRedis("cache", password: builder.AddParameter("cache-password", "another", secret: true));
        var payments = builder.AddContainer("payments", "example/payments").WithHttpEndpoint(port: 5403, env: "PORT").WithEnvironment("HOST", "0.0.0.0").WithHttpProbe(ProbeType.Liveness, "/alive");
        var legacy = builder.AddContainer("legacy", "example/legacy").WithHttpEndpoint(targetPort: 80).WithExternalHttpEndpoints().WithHttpProbe(ProbeType.Readiness, "/up");
        cache.PublishAsKubernetesService(k => k.Workload!.PodTemplate.Spec.Containers[0].ReadinessProbe = new ProbeV1 { TcpSocket = new TcpSocketActionV1 { Port = 6379 } });
        builder.AddContainer("batch", "example/batch").WithReference(books).WithoutMesh();
        var web = builder.AddProject("web", "none.csproj", p => p.ExcludeLaunchProfile = true)
            .WithHttpEndpoint().WithHttpsEndpoint()
            .WithExternalHttpEndpoints()
            .WithReplicas(3)
            .WithReference(books)
            .WithReference(cache)
            .WithReference(payments.GetEndpoint("http"))
            .WithReference(legacy.GetEndpoint("http"));
        builder.AddProject("admin", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint(name: "api").WithReference(web.GetEndpoint("http"));
        payments.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromSeconds(3), from: web);
        mesh.Deny(legacy, payments);
    }
}
