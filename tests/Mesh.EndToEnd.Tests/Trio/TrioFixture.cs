using Mesh.EndToEnd.Tests.Running;

[assembly: AssemblyFixture(typeof(Mesh.EndToEnd.Tests.Trio.TrioFixture))]

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>One mesh of three test apps for all tests that leave it as they found it; started by the first that asks.</summary>
public sealed class TrioFixture : IAsyncDisposable
{
    private readonly Lazy<Task<MeshUp>> _mesh = new(StartAsync);

    internal Task<MeshUp> MeshAsync() => _mesh.Value;

    public async ValueTask DisposeAsync()
    {
        if (_mesh.IsValueCreated && _mesh.Value.IsCompletedSuccessfully)
        {
            await (await _mesh.Value).DisposeAsync();
        }
    }

    private static async Task<MeshUp> StartAsync()
    {
        var mesh = await MeshUp.StartAsync(TestMesh.FrontBackOther);
        await mesh.App("front").ReachesAsync("{BACK_HTTP}/who", replicas: 2);
        return mesh;
    }
}
