using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Mesh.Hosting.Kubernetes.Tests.Charts;

namespace Mesh.Hosting.Kubernetes.Tests;

/// <summary>The smallest app worth a mesh, published.</summary>
public sealed class TwoServices : IAsyncLifetime
{
    private PublishedChart? _chart;

    internal PublishedChart Chart => _chart!;

    public async ValueTask InitializeAsync() => _chart = await PublishedChart.CreateAsync(Compose);

    public ValueTask DisposeAsync()
    {
        _chart?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.AddMesh();
        builder.AddKubernetesEnvironment("k8s");
        var orders = builder.AddProject("orders", "none.csproj", p => p.ExcludeLaunchProfile = true).WithHttpEndpoint().WithHttpProbe(ProbeType.Readiness, "/health");
        builder.AddProject("storefront", "none.csproj", p => p.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(port: 5400)
            .WithExternalHttpEndpoints()
            .WithHttpProbe(ProbeType.Liveness, "/alive")
            .WithEnvironment("ORDERS_ADDRESS", ReferenceExpression.Create($"host={orders.GetEndpoint("http").Property(EndpointProperty.Host)};port={orders.GetEndpoint("http").Property(EndpointProperty.Port)}"))
            .WithReference(orders);
    }
}
