using System.Diagnostics;
using Mesh.Testing;

namespace Mesh.Architecture.Tests;

/// <summary>build.sh with a dotnet of the test's own, which says what a NuGet source said.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private const string NotFound = "Mesh.Hosting.csproj : error NU1101: Unable to find package Aspire.Hosting. No packages exist with this id in source(s): feed";
    private const string NoVersion = "Mesh.Hosting.csproj : error NU1102: Unable to find package Aspire.Hosting.Kubernetes with version (>= 13.5.4)";

    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("mesh-build-");

    [Fact]
    public async Task Build_RestoreSucceeds_BuildsTheWholeSolution()
    {
        var run = await RunAsync("", "build");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("build Mesh.sln", run.Calls, StringComparison.Ordinal);
        Assert.DoesNotContain("CORE ONLY", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NotFound)]
    [InlineData(NotFound + "\n" + NoVersion)]
    public async Task Build_OnlyAspirePackagesAreMissing_GoesOnWithTheCoreAndSaysSoLast(string errors)
    {
        var run = await RunAsync(errors, "build");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("build Mesh.Core.slnf", run.Calls, StringComparison.Ordinal);
        Assert.StartsWith("CORE ONLY: the package source has no Aspire.Hosting", run.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error NU1301: Unable to load the service index for source.")]
    [InlineData("error NU1101: Unable to find package Npgsql.")]
    [InlineData(NotFound + "\nerror NU1301: Unable to load the service index for source.")]
    [InlineData(NotFound + "\nerror NU1605: Detected package downgrade.")]
    public async Task Build_SomethingElseIsWrong_FailsAndShowsIt(string errors)
    {
        var run = await RunAsync(errors, "build");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(errors.Split('\n')[^1], run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("build ", run.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_AspireRequired_RefusesTheFallback()
    {
        var run = await RunAsync(NotFound, "build", "--require-aspire");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Aspire.Hosting", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_NoOrchestrator_SaysWhatIsLeftOutAndHowToGetIt()
    {
        var run = await RunAsync("", "test", "--portable");

        Assert.Contains("LEFT OUT: starting AppHosts", run.Output, StringComparison.Ordinal);
        Assert.Contains("aspire setup", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OrchestratorOfTheAspireCli_IsFound()
    {
        _checkout.CreateSubdirectory(Path.Combine(".aspire", "bundle", "dcp"));

        var run = await RunAsync("", "test", "--portable");

        Assert.DoesNotContain("starting AppHosts", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OnlyAspirePackagesAreMissing_TestsTheCoreAndSaysOnlyThat()
    {
        var run = await RunAsync(NotFound, "test", "--portable");

        Assert.Contains("test --solution Mesh.Core.slnf", run.Calls, StringComparison.Ordinal);
        Assert.Contains("CORE ONLY", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("starting AppHosts", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pack_OnlyAspirePackagesAreMissing_PacksTheCore()
    {
        var run = await RunAsync(NotFound, "pack", "--portable");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("pack Mesh.Core.slnf", run.Calls, StringComparison.Ordinal);
        Assert.StartsWith("CORE ONLY", run.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuzz_WithMinutes_RunsTheLongTestsOfOneProject()
    {
        var run = await RunAsync("", "fuzz", "3");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("build tests/Mesh.Hostile.Tests", run.Calls, StringComparison.Ordinal);
        Assert.Contains("-trait Kind=Fuzz", run.Calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_WithMinutes_IsRefused() => Assert.Equal(64, (await RunAsync("", "test", "3")).ExitCode);

    [Fact]
    public async Task Build_UnknownVerb_SaysWhichThereAre()
    {
        var run = await RunAsync("", "bild");

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("unknown argument 'bild'", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _checkout.Delete(recursive: true);

    private async Task<(int ExitCode, string Output, string Calls)> RunAsync(string restoreErrors, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("build.sh needs bash; build.ps1 serves this system.");
            return default;
        }

        var calls = Path.Combine(_checkout.FullName, "calls");
        var errors = Path.Combine(_checkout.FullName, "errors");
        var dotnet = Path.Combine(_checkout.FullName, "dotnet");
        await File.WriteAllTextAsync(calls, "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(errors, restoreErrors, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(dotnet, $"""
            #!/bin/sh
            echo "$@" >> '{calls}'
            if [ "$1 $2" = "restore Mesh.sln" ]; then cat '{errors}'; [ ! -s '{errors}' ]; fi

            """, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Copy(Checkout.PathTo("build.sh"), Path.Combine(_checkout.FullName, "build.sh"));

        using var script = Process.Start(new ProcessStartInfo("bash", ["build.sh", .. arguments])
        {
            WorkingDirectory = _checkout.FullName,
            Environment =
            {
                ["PATH"] = $"{_checkout.FullName}:{Environment.GetEnvironmentVariable("PATH")}",
                ["HOME"] = _checkout.FullName,
                ["ASPIRE_HOME"] = null,
                ["ASPIRE_DCP_PATH"] = null,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("bash did not start.");
        var output = script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complaints = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (script.ExitCode, await complaints + await output, await File.ReadAllTextAsync(calls, TestContext.Current.CancellationToken));
    }
}
