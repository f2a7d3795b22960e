using Mesh.EndToEnd.Tests.Running;
using Mesh.EndToEnd.Tests.Telemetry;

[assembly: AssemblyFixture(typeof(Mesh.EndToEnd.Tests.Shop.ShopFixture))]

namespace Mesh.EndToEnd.Tests.Shop;

/// <summary>The Shop of the playground in the mesh, with a trace collector; started by the first test that asks.</summary>
public sealed class ShopFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(MeshUp Mesh, TraceCollector Collector)>> _shop = new(StartAsync);

    internal async Task<MeshUp> MeshAsync() => (await _shop.Value).Mesh;

    internal async Task<TraceCollector> CollectorAsync() => (await _shop.Value).Collector;

    public async ValueTask DisposeAsync()
    {
        if (_shop.IsValueCreated && _shop.Value.IsCompletedSuccessfully)
        {
            var (mesh, collector) = await _shop.Value;
            await mesh.DisposeAsync();
            await collector.DisposeAsync();
        }
    }

    private static async Task<(MeshUp Mesh, TraceCollector Collector)> StartAsync()
    {
        var collector = await TraceCollector.StartAsync();
        var yaml = await File.ReadAllTextAsync(Checkout.PathTo("playground", "Shop", "mesh.yaml"));
        yaml = yaml
            .Replace("../../artifacts", Checkout.PathTo("artifacts"), StringComparison.Ordinal)
            .Replace("payments/server.js", Checkout.PathTo("playground", "Shop", "payments", "server.js"), StringComparison.Ordinal)
            .Replace("postgres/run.sh", Checkout.PathTo("playground", "Shop", "postgres", "run.sh"), StringComparison.Ordinal)
            .Replace("port: 5400, ", "", StringComparison.Ordinal)
            .Replace("5403", OwnPorts.Next(), StringComparison.Ordinal); // the page that tries to go round the mesh is told it
        return (await MeshUp.StartAsync(yaml, "--otlp", collector.Url), collector);
    }
}
