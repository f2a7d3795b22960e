using Mesh.EndToEnd.Tests.Running;
using Mesh.EndToEnd.Tests.Shop;
using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Package;

/// <summary>The package Mesh.Cli as a user gets it: packed, installed from a folder, started. Nothing of the checkout is beside it.</summary>
public sealed class ToolPackageTests : IDisposable
{
    private static readonly Dictionary<string, string> Quiet = new() { ["NO_COLOR"] = "1", ["DOTNET_NOLOGO"] = "1" };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-tool-");

    [Fact]
    public async Task InstalledTool_ShopOfThePlayground_ChecksAndRunsIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "The Shop's parts are started with sh: run this on Linux or macOS.");
        Command.Find("node", "nodejs");
        var tool = await InstallAsync();

        var check = await Command.RunAsync(tool, Quiet, "check", ShopFile.Path);
        Assert.True(check.ExitCode == 0, check.Output);

        await using var mesh = await MeshUp.StartToolAsync(tool, await ShopFile.ReadAsync());
        using var http = new HttpClient { BaseAddress = mesh.UrlOf("storefront"), Timeout = TimeSpan.FromSeconds(30) };
        var page = await http.GetStringAsync("", TestContext.Current.CancellationToken);

        Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);
        await Eventually.GetAsync(mesh.ReadyProxiesAsync, ready => ready >= 5, TimeSpan.FromSeconds(60), ready => $"{ready} sidecars are ready:\n{mesh.Output}");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<string> InstallAsync()
    {
        var feed = Path.Combine(_directory.FullName, "feed");
        var tools = Path.Combine(_directory.FullName, "tools");
        var pack = await Command.RunAsync(
            "dotnet", Quiet, "pack", Checkout.PathTo("src", "Mesh.Cli"), "-c", Built.Configuration, "--no-build", "-v", "quiet", "-o", feed);
        Assert.True(pack.ExitCode == 0, pack.Output);
        var install = await Command.RunAsync("dotnet", Quiet, "tool", "install", "Mesh.Cli", "--tool-path", tools, "--source", feed);
        Assert.True(install.ExitCode == 0, install.Output);
        return Path.Combine(tools, "mesh");
    }
}
