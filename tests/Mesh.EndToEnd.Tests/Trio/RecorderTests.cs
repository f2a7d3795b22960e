using System.Text.Json.Nodes;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary><c>mesh record</c> over real sidecars: what was seen is printed, and with it applied what was seen passes and nothing else.</summary>
[Collection("Trio")]
public sealed class RecorderTests(TrioFixture trio)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Recorded_ThenApplied_LetsPassWhatWasSeenAndRefusesTheRest()
    {
        var mesh = await trio.MeshAsync();
        var front = mesh.App("front");
        var file = Path.Combine(mesh.Directory, "recorded.yaml");
        var go = Path.Combine(mesh.Directory, "go-on");

        // The command that is recorded waits for the test's own calls.
        var recording = Command.RunAsync(
            "dotnet",
            new Dictionary<string, string> { ["NO_COLOR"] = "1" },
            "exec", Built.Mesh, "record", "--server", mesh.Api.BaseAddress!.ToString(), "--token-file", TokenFile(mesh), "--out", file, "--", "sh", "-c", $"until [ -e '{go}' ]; do sleep 0.05; done; exit 7");
        await Eventually.GetAsync(
            async () => JsonNode.Parse(await mesh.Api.GetStringAsync("api/v1/recordings"))!["recordings"]!.AsArray(),
            all => all is [{ } one] && one["endedAt"] is null && one["sidecars"]!.AsArray() is { Count: 4 } sidecars && sidecars.All(s => (bool)s!["acknowledged"]!),
            Soon);
        for (var i = 0; i < 120; i++)
        {
            Assert.Equal(200, (await front.CallAsync($"{{BACK_HTTP}}/echo/{i}?token=secret")).Status);
        }

        // Slow, so that the limit that is suggested is none that a busy machine exceeds.
        Assert.Equal(200, (await front.CallAsync("{BACK_HTTP}/slow/2000")).Status);
        Assert.Equal(200, (await front.CallAsync("{BACK_HTTP}/who")).Status);
        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);
        var (exitCode, output) = await recording;

        Assert.True(exitCode == 7, output);
        Assert.Contains("4 sidecars record", output, StringComparison.Ordinal);
        var yaml = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(yaml.Contains("GET /echo/{}  120", StringComparison.Ordinal), $"{output}\n{yaml}");
        Assert.True(yaml.Contains("kind: Timeout", StringComparison.Ordinal) && yaml.Contains("request: ", StringComparison.Ordinal), yaml);
        Assert.Contains("nothing was seen of it: default/back -> default/other", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", yaml, StringComparison.Ordinal);

        // This test's own calls to the front door are a developer's.
        Assert.DoesNotContain("default/front/http", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("developer", yaml, StringComparison.Ordinal);

        var (checkedCode, found) = await Command.RunAsync("dotnet", new Dictionary<string, string>(), "exec", Built.Mesh, "check", Path.Combine(mesh.Directory, "mesh.yaml"), file);
        Assert.True(checkedCode == 0, found);
        Assert.DoesNotContain("recorded.yaml:", found, StringComparison.Ordinal);

        await using var policy = await mesh.WritePolicyAsync("recorded.yaml", yaml);
        var refused = await Eventually.GetAsync(() => front.CallAsync("{BACK_HTTP}/echo/1/more"), r => r.Status == 403, Soon);
        Assert.StartsWith("permission_denied; hop=back-", refused.Header("mesh-error"), StringComparison.Ordinal);
        Assert.Equal(200, (await front.CallAsync("{BACK_HTTP}/echo/4711")).Status);
        Assert.Equal(200, (await front.CallAsync("{BACK_HTTP}/who")).Status);
        Assert.Equal(403, (await front.CallAsync("{BACK_HTTP}/who", "POST", body: "")).Status);
        Assert.Equal(403, (await front.CallAsync("{BACK_HTTP}/health")).Status);
        Assert.Equal(200, (int)(await front.FrontDoor.GetAsync("health", TestContext.Current.CancellationToken)).StatusCode);
    }

    private static string TokenFile(MeshUp mesh)
    {
        var file = Path.Combine(mesh.Directory, "token");
        var server = JsonNode.Parse(File.ReadAllText(Path.Combine(mesh.StateDirectory, "cli.json")))!;
        File.WriteAllText(file, (string)server["token"]!);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }
}
