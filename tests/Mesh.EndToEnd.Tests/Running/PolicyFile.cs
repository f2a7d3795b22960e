using System.Text.Json.Nodes;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>A file in the watched policy directory. What is done to it is done once every sidecar has it: an answer after that, another test's too, is by what the file says.</summary>
internal sealed class PolicyFile(string path, HttpClient api) : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    /// <summary>Writes it, whole at once, and waits until every sidecar has it.</summary>
    public async Task RewriteAsync(string yaml)
    {
        var written = TimeProvider.System.GetUtcNow();
        await File.WriteAllTextAsync($"{path}.new", yaml);
        File.Move($"{path}.new", path, overwrite: true);
        await UntilAllHaveItAsync(readAt => readAt >= written);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(path);
        await UntilAllHaveItAsync(readAt => readAt is null);
    }

    private async Task UntilAllHaveItAsync(Func<DateTimeOffset?, bool> isRead)
    {
        var name = Path.GetFileName(path);
        await Eventually.GetAsync(
            async () =>
            {
                // In this order: what was read is compiled before sidecars are asked about it.
                var sources = JsonNode.Parse(await api.GetStringAsync("api/v1/sources"))!;
                var proxies = JsonNode.Parse(await api.GetStringAsync("api/v1/proxies"))!;
                var readAt = (DateTimeOffset?)sources["files"]!.AsArray().FirstOrDefault(f => (string)f!["path"]! == name)?["readAt"];
                return (AllHaveIt: isRead(readAt) && (bool)proxies["settled"]! && proxies["proxies"]!.AsArray().All(p => (bool)p!["current"]!), Seen: $"{sources}\n{proxies}");
            },
            now => now.AllHaveIt,
            Soon,
            now => now.Seen);
    }
}
