using System.Diagnostics;
using System.Reflection;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>What a test needs to start an app for real: Aspire's orchestrator, and the mesh's own programs.</summary>
internal static class Orchestrator
{
    public static string RepositoryRoot { get; } = Root();

    /// <summary>The app that does what a test tells it, as a DLL.</summary>
    public static string TestApp => Path.Combine(RepositoryRoot, "artifacts", "bin", "Mesh.TestApp", "release", "mesh-test-app.dll");

    /// <summary>The Shop's AppHost, built.</summary>
    public static string ShopAppHost => Path.Combine(RepositoryRoot, "artifacts", "bin", "Shop.AppHost", "release", "Shop.AppHost.dll");

    /// <summary>The same as a project, which can have replicas.</summary>
    public static string TestAppProject => Path.Combine(RepositoryRoot, "tests", "Mesh.TestApp", "Mesh.TestApp.csproj");

    /// <summary>Tells Aspire where its orchestrator is, or skips the test with what is missing and what brings it.</summary>
    public static void UseOrSkip()
    {
        Assert.SkipUnless(AspireBundle.Dcp is not null, AspireBundle.Missing);
        Assert.SkipUnless(File.Exists(Path.Combine(ProgramsFolder, "control-plane", "mesh-control-plane.dll")), "the mesh's programs are not laid out: ./build.sh test does it.");
        Environment.SetEnvironmentVariable(AspireBundle.DcpVariable, AspireBundle.Dcp);
        Environment.SetEnvironmentVariable(AspireBundle.DashboardVariable, AspireBundle.Dashboard); // asked for even where it is not started
    }

    /// <summary>Skips the test on a machine without a developer certificate that clients trust.</summary>
    public static void DeveloperCertificateOrSkip()
    {
        using var check = Process.Start(new ProcessStartInfo("dotnet", ["dev-certs", "https", "--check"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        check.WaitForExit();
        Assert.SkipUnless(check.ExitCode == 0, "this machine has no ASP.NET Core developer certificate: run 'dotnet dev-certs https'.");
    }

    private static string ProgramsFolder => typeof(Orchestrator).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "meshprogramspath").Value!;

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mesh.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests run outside of a checkout.");
    }
}
