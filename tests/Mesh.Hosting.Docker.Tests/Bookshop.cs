using Aspire.Hosting;
using Mesh.Hosting.Kubernetes.Tests;
using Mesh.Hosting.Kubernetes.Tests.Charts;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>The bookstore, published to Compose.</summary>
public sealed class Bookshop : IAsyncLifetime
{
    private PublishedChart? _output;

    internal PublishedChart Output => _output!;

    public async ValueTask InitializeAsync() => _output = await PublishedChart.CreateAsync(builder =>
    {
        builder.AddMesh("mesh", o => o.TrustDomain = "books.example");
        Compose(builder);
    });

    public ValueTask DisposeAsync()
    {
        _output?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The app; its mesh is added by whoever composes it.</summary>
    internal static void Compose(IDistributedApplicationBuilder builder)
    {
        builder.AddDockerComposeEnvironment("compose").WithDashboard(false);
        Bookstore.AddTo(builder);
    }
}
