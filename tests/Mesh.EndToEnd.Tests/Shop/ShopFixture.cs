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
        return (await MeshUp.StartAsync(await ShopFile.ReadAsync(), "--otlp", collector.Url), collector);
    }
}
