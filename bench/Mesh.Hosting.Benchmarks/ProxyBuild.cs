using System.Reflection.PortableExecutable;

namespace Mesh.Hosting.Benchmarks;

/// <summary>How the sidecars that were measured were built.</summary>
/// <param name="Name">In words.</param>
/// <param name="Suffix">What the names of result files end with.</param>
/// <param name="AimSeconds">What ten of them may cost an AppHost's start.</param>
internal sealed record ProxyBuild(string Name, string Suffix, int AimSeconds)
{
    private static readonly ProxyBuild Native = new("native AOT", "apphost", 2);
    private static readonly ProxyBuild ReadyToRun = new("portable with native code beside the IL (ReadyToRun)", "apphost-ready-to-run", 4);
    private static readonly ProxyBuild Portable = new("portable, IL alone", "apphost-portable", 4);

    /// <summary>That which an AppHost of this environment takes.</summary>
    public static ProxyBuild Current => Of(Environment.GetEnvironmentVariable("MESH__PROXYPATH") ?? Path.Combine(Repository.Directory, "artifacts", "mesh", "proxy", "mesh-proxy.dll"));

    private static ProxyBuild Of(string program)
    {
        if (!program.EndsWith(".dll", StringComparison.Ordinal) || !File.Exists(program))
        {
            return Native;
        }

        using var reader = new PEReader(File.OpenRead(program));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0 ? ReadyToRun : Portable;
    }
}
