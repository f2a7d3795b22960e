using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>A file in the watched policy directory.</summary>
internal sealed class PolicyFile(string path, HttpClient api) : IAsyncDisposable
{
    public Task RewriteAsync(string yaml) => File.WriteAllTextAsync(path, yaml);

    public async ValueTask DisposeAsync()
    {
        File.Delete(path);
        var name = Path.GetFileName(path);
        await Eventually.GetAsync(async () => JsonNode.Parse(await api.GetStringAsync("api/v1/sources"))!.ToJsonString(), text => !text.Contains(name, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
    }
}
