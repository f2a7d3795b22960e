using System.Diagnostics;
using System.Reflection;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

/// <summary>What a test needs to start an app for real: Aspire's orchestrator, and the mesh's own programs.</summary>
internal static class Orchestrator
{
    /// <summary>The app that does what a test tells it, as a DLL.</summary>
    public static string TestApp => Checkout.PathTo("artifacts", "bin", "Mesh.TestApp", "release", "mesh-test-app.dll");

    /// <summary>The Shop's AppHost, built.</summary>
    public static string ShopAppHost => Checkout.PathTo("artifacts", "bin", "Shop.AppHost", "release", "Shop.AppHost.dll");

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
}
