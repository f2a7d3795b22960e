using System.Diagnostics;
using Mesh.Testing;

namespace Mesh.Templates.Tests;

/// <summary>The packages in a folder of their own, with the templates installed from there, and a place to make apps in. Packed once for all tests.</summary>
public sealed class PackedTemplates : IAsyncLifetime
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-templates-");

    // A version that no cache on this machine has.
    private readonly string _version = $"0.1.{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}";

    private string Feed => Path.Combine(_folder.FullName, "feed");

    private string[] Hive => ["--debug:custom-hive", Path.Combine(_folder.FullName, "hive")];

    private Dictionary<string, string?> Environment { get; } = new() { ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["NO_COLOR"] = "1" };

    /// <summary>Why no app can be made and run here; <see langword="null"/>: it can.</summary>
    public string? Missing { get; } =
        AspireBundle.Dcp is null ? AspireBundle.Missing
        : !File.Exists(Checkout.PathTo("artifacts", "bin", "Mesh.Hosting", Configuration.ToLowerInvariant(), "Mesh.Hosting.dll"))
            ? "Mesh.Hosting was not built: the NuGet sources have no Aspire packages, or only this project was built. ./build.sh test builds all."
            : null;

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        foreach (var project in (string[])["src/Mesh.Model", "src/Mesh.Laptop", "src/Mesh.Hosting", "src/Mesh.Hosting.Testing", "src/Mesh.Yaml", "src/Mesh.Kubernetes", "src/Mesh.Hosting.Kubernetes", "templates/Mesh.Templates"])
        {
            await Tool.RunAsync(
                "dotnet", Checkout.Root, Environment, "pack", project, "-c", Configuration, "--no-build", "-v", "quiet", "-o", Feed, $"-p:Version={_version}",
                $"-p:ProgramsDirectory={Path.Combine(_folder.FullName, "programs")}/",
                $"-p:ReadyProgramsDirectory={Path.Combine(_folder.FullName, "none")}/");
        }

        // Packages of this run stay in this folder; everything else comes from where it is already.
        Environment["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "packages");
        Environment[AspireBundle.DcpVariable] = AspireBundle.Dcp;
        Environment[AspireBundle.DashboardVariable] = AspireBundle.Dashboard;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <add key="mesh" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{UsersPackages()}" />
              </fallbackPackageFolders>
            </configuration>
            """);
        await Tool.RunAsync("dotnet", _folder.FullName, Environment, ["new", "install", Path.Combine(Feed, $"Mesh.Templates.{_version}.nupkg"), .. Hive]);
    }

    /// <summary>Makes an app and gives its folder.</summary>
    public async Task<string> NewAsync(string name, params string[] options)
    {
        await Tool.RunAsync("dotnet", _folder.FullName, Environment, ["new", "mesh-app", "-n", name, "--no-restore", .. options, .. Hive]);
        return Path.Combine(_folder.FullName, name);
    }

    /// <summary>Copies an app of the playground, to be built from these packages, and gives its folder.</summary>
    public string Copy(string app)
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder.FullName, app));
        foreach (var file in Directory.EnumerateFiles(Checkout.PathTo("playground", app)).Where(f => !f.EndsWith("NuGet.config", StringComparison.Ordinal)))
        {
            File.WriteAllText(Path.Combine(copy.FullName, Path.GetFileName(file)), File.ReadAllText(file).Replace("Mesh.Hosting@0.1.0", $"Mesh.Hosting@{_version}", StringComparison.Ordinal));
        }

        return copy.FullName;
    }

    /// <summary>Runs Aspire's command line in an app's folder and gives what was said.</summary>
    public Task<string> AspireAsync(string app, params string[] arguments) => Tool.RunAsync(AspireBundle.CommandLine!, app, Environment, [.. arguments, "--non-interactive"]);

    /// <summary>Runs the app's own tests and gives what was said.</summary>
    public Task<string> TestAsync(string app) => Tool.RunAsync("dotnet", app, Environment, "test");

    /// <summary>Builds a file of the app and gives what was said.</summary>
    public Task<string> BuildAsync(string app, string file) => Tool.RunAsync("dotnet", app, Environment, "build", file);

    /// <summary>Whether this machine has a certificate for https services.</summary>
    public static async Task<bool> HasDeveloperCertificateAsync()
    {
        using var check = Process.Start(new ProcessStartInfo("dotnet", ["dev-certs", "https", "--check"]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("dotnet did not start.");
        await check.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return check.ExitCode == 0;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string UsersPackages() => System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } told
        ? told
        : Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
