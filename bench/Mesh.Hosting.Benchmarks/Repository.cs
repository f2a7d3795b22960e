using System.Reflection;

namespace Mesh.Hosting.Benchmarks;

/// <summary>Where things are in the checkout.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "repositoryroot").Value!;

    /// <summary>The service, as a project.</summary>
    public static string ServiceProject => Path.Combine(Root, "tests", "Mesh.TestApp", "Mesh.TestApp.csproj");

    /// <summary>The service, built.</summary>
    public static string Service => Path.Combine(Root, "artifacts", "bin", "Mesh.TestApp", "release", "mesh-test-app.dll");

    /// <summary>Where meshes keep their state between runs.</summary>
    public static string State => Path.Combine(Root, "artifacts", "hosting-bench");

    /// <summary>Where results are kept.</summary>
    public static string Results => Path.Combine(Root, "bench", "results");

    /// <summary>The checkout.</summary>
    public static string Directory => Root;
}
