using System.Text.Json;
using Mesh.Testing;

namespace Mesh.Templates.Tests;

/// <summary>The playground's app of single files, started by Aspire's command line as a user starts it.</summary>
[Collection(Packages.Name)]
public sealed class FileBasedTests(PackedTemplates templates)
{
    [Fact]
    public async Task FileBased_StartedByTheCommandLine_AnswersThroughItsSidecars()
    {
        Assert.SkipWhen(templates.Missing is not null, templates.Missing ?? "");
        Assert.SkipWhen(AspireBundle.CommandLine is null, "Aspire's command line is not on PATH: npm install -g @microsoft/aspire-cli-linux-x64, or your system's.");
        var app = templates.Copy("FileBased");

        // Ports of its own, so that it is in nobody's way.
        await templates.AspireAsync(app, "start", "--isolated");
        try
        {
            await templates.AspireAsync(app, "wait", "front", "--timeout", "300");
            var said = await templates.AspireAsync(app, "describe", "--format", "json");
            using var resources = JsonDocument.Parse(said[said.IndexOf('{', StringComparison.Ordinal)..]);
            var named = resources.RootElement.GetProperty("resources").EnumerateArray().ToLookup(r => r.GetProperty("displayName").GetString()!);
            using var client = new HttpClient();

            Assert.StartsWith("The clock says 2", await client.GetStringAsync(named["front"].Single().GetProperty("urls")[0].GetProperty("url").GetString(), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.All((string[])["front-mesh", "clock-mesh"], sidecar => Assert.Equal("Healthy", named[sidecar].Single().GetProperty("healthStatus").GetString()));
        }
        finally
        {
            await templates.AspireAsync(app, "stop");
        }
    }
}
