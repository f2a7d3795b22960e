using System.Runtime.CompilerServices;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>The checkout, and what build.sh laid out in it.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The command line as a user gets it, with control plane and proxy beside it.</summary>
    public static string Mesh
    {
        get
        {
            var mesh = PathTo("artifacts", "mesh", "mesh.dll");
            Assert.SkipUnless(File.Exists(mesh), "Nothing is laid out in artifacts/mesh: run ./build.sh test, which builds that first.");
            return mesh;
        }
    }

    public static string TestApp => PathTo("artifacts", "bin", "Mesh.TestApp", Configuration, "mesh-test-app.dll");

    private static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var directory = Path.GetDirectoryName(here); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Mesh.sln")))
            {
                return directory;
            }
        }

        throw new InvalidOperationException("No Mesh.sln above the tests.");
    }
}
