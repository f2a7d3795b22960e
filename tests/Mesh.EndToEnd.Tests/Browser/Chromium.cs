using System.Diagnostics;

namespace Mesh.EndToEnd.Tests.Browser;

/// <summary>A headless Chromium with one page, driven over its DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly Process _process;
    private readonly string _profile;

    private Chromium(Process process, string profile, DevToolsPage page)
    {
        _process = process;
        _profile = profile;
        Page = page;
    }

    public DevToolsPage Page { get; }

    public static async Task<Chromium> StartAsync(int width, int height)
    {
        var binary = Names.SelectMany(n => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, n))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(binary is null, "No Chromium on PATH: install the package chromium to see the pages in a real browser.");

        var profile = Directory.CreateTempSubdirectory("mesh-chromium-").FullName;
        var process = Process.Start(new ProcessStartInfo(binary, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={profile}", $"--window-size={width},{height}", "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("Chromium did not start.");

        var port = "";
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            const string Announcement = "DevTools listening on ws://127.0.0.1:";
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                port = line[Announcement.Length..line.IndexOf('/', Announcement.Length)];
                break;
            }
        }

        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        return new Chromium(process, profile, await DevToolsPage.OpenAsync(port, width, height));
    }

    public async ValueTask DisposeAsync()
    {
        await Page.DisposeAsync();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A helper process of the browser may still be writing there; the directory is in the system's temporary folder.
        }
    }
}
