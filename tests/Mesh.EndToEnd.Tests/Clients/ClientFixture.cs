namespace Mesh.EndToEnd.Tests.Clients;

/// <summary>One mesh for all tests of foreign clients, started by the first that is not skipped; each test says what policies it wants.</summary>
public sealed class ClientFixture : IAsyncDisposable
{
    private readonly Lazy<Task<ClientMesh>> _mesh = new(ClientMesh.StartAsync);

    internal Task<ClientMesh> MeshAsync() => _mesh.Value;

    public async ValueTask DisposeAsync()
    {
        if (_mesh.IsValueCreated && _mesh.Value.IsCompletedSuccessfully)
        {
            await (await _mesh.Value).DisposeAsync();
        }
    }
}
