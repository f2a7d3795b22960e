using Mesh.EndToEnd.Tests.Running;
using Mesh.EndToEnd.Tests.Telemetry;

[assembly: AssemblyFixture(typeof(Mesh.EndToEnd.Tests.Shop.ShopFixture))]

namespace Mesh.EndToEnd.Tests.Shop;

/// <summary>The Shop of the playground in the mesh, with a trace collector; started by the first test that asks.</summary>
public sealed class ShopFixture : IAsyncDisposable
{
    private readonly Lazy<Task<(MeshUp Mesh, Collector Collector)>> _shop = new(StartAsync);

    internal async Task<MeshUp> MeshAsync() => (await _shop.Value).Mesh;

    internal async Task<Collector> CollectorAsync() => (await _shop.Value).Collector;

    public async ValueTask DisposeAsync()
    {
        if (_shop.IsValueCreated && _shop.Value.IsCompletedSuccessfully)
        {
            var (mesh, collector) = await _shop.Value;
            await mesh.DisposeAsync();
            await collector.DisposeAsync();
        }
    }

    private static async Task<(MeshUp Mesh, Collector Collector)> StartAsync()
    {
        var collector = await Collector.StartAsync();
        return (await MeshUp.StartAsync(await ShopFile.ReadAsync(), "--otlp", collector.Url), collector);
    }
}
