using System.Reflection;
using System.Runtime.InteropServices;
using Mesh.Hosting.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Installation;

/// <summary>
/// Finds control plane and proxy: what the AppHost says, a setting (<c>Mesh:ProxyPath</c>, so <c>MESH__PROXYPATH</c> in the environment), what the package's build
/// targets stamped on the AppHost's assembly, or the package's own folder (hosts of other languages load straight from it).
/// </summary>
internal sealed class MeshPrograms(IConfiguration configuration, Assembly? appHost)
{
    /// <summary>Stamped by the package's targets: the folder with <c>control-plane/</c> and <c>proxy/</c>.</summary>
    public const string FolderKey = "meshprogramspath";

    /// <summary>Stamped by the targets of Mesh.Proxy.&lt;rid&gt;: the folder with the native proxy.</summary>
    public const string NativeProxyKey = "meshnativeproxypath";

    public MeshProgram ControlPlane(string? given) => Find("mesh-control-plane", given, nameof(MeshOptions.ControlPlanePath), "Mesh:ControlPlanePath", Folders("control-plane"));

    public MeshProgram Proxy(string? given) => Find("mesh-proxy", given, nameof(MeshOptions.ProxyPath), "Mesh:ProxyPath", [.. Stamped(NativeProxyKey), .. Folders("proxy")]);

    private MeshProgram Find(string name, string? given, string option, string key, IEnumerable<string> folders)
    {
        // What somebody named has to be there; falling back to another one would hide the mistake.
        if ((given ?? configuration[key]) is { Length: > 0 } named)
        {
            return File.Exists(named) ? MeshProgram.At(Path.GetFullPath(named)) : throw MeshDiagnostics.ProgramMissing(name, [named], option, key);
        }

        // The native build before the portable one: it starts ten times faster in a third of the memory.
        string[] candidates = [.. folders.SelectMany(f => new[] { Path.Combine(f, OperatingSystem.IsWindows() ? $"{name}.exe" : name), Path.Combine(f, $"{name}.dll") })];
        return candidates.FirstOrDefault(File.Exists) is { } found ? MeshProgram.At(found) : throw MeshDiagnostics.ProgramMissing(name, candidates, option, key);
    }

    private IEnumerable<string> Folders(string program)
    {
        foreach (var stamped in Stamped(FolderKey))
        {
            yield return Path.Combine(stamped, program);
        }

        // lib/net10.0/Mesh.Hosting.dll -> tools/
        if (Path.GetDirectoryName(typeof(MeshPrograms).Assembly.Location) is { Length: > 0 } library)
        {
            var package = Path.GetFullPath(Path.Combine(library, "..", ".."));
            if (program == "proxy" && Path.GetDirectoryName(Path.GetDirectoryName(package)) is { } cache)
            {
                yield return Path.Combine(cache, $"mesh.proxy.{RuntimeInformation.RuntimeIdentifier}", Path.GetFileName(package), "tools", "proxy");
            }

            yield return Path.Combine(package, "tools", program);
        }
    }

    private IEnumerable<string> Stamped(string key) =>
        appHost?.GetCustomAttributes<AssemblyMetadataAttribute>().Where(a => a.Key == key).Select(a => a.Value).OfType<string>() ?? [];
}
