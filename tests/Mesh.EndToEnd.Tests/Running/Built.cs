using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Running;

/// <summary>What was built and laid out in the checkout.</summary>
internal static class Built
{
    /// <summary>The command line as a user gets it, with control plane and proxy beside it.</summary>
    public static string Mesh
    {
        get
        {
            var mesh = Checkout.PathTo("artifacts", "mesh", "mesh.dll");
            Assert.SkipUnless(File.Exists(mesh), "Nothing is laid out in artifacts/mesh: run ./build.sh test, which builds that first.");
            return mesh;
        }
    }

    /// <summary>How to start one of the processes that are laid out beside the command line: as a native binary, or by dotnet.</summary>
    public static (string File, string[] Arguments) Process(string directory, string name)
    {
        var folder = Path.Combine(Path.GetDirectoryName(Mesh)!, directory);
        var portable = Path.Combine(folder, name + ".dll");
        return File.Exists(portable) ? ("dotnet", ["exec", portable]) : (Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name), []);
    }

    public static string TestApp => Checkout.PathTo("artifacts", "bin", "Mesh.TestApp", Configuration, "mesh-test-app.dll");

    /// <summary>As MSBuild has it in folder names: <c>debug</c>, <c>release</c>.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Name;
}
