using System.Reflection;
using System.Runtime.InteropServices;
using Mesh.Hosting.Diagnostics;
using Mesh.Laptop.Programs;
using Microsoft.Extensions.Configuration;

namespace Mesh.Hosting.Installation;

/// <summary>
/// Finds control plane and proxy: what the AppHost says, a setting (<c>Mesh:ProxyPath</c>, so <c>MESH__PROXYPATH</c> in the environment), what the package's build
/// targets stamped on the AppHost's assembly, or the package's own folder (hosts of other languages load straight from it).
/// </summary>
internal sealed class MeshPrograms(IConfiguration configuration, Assembly? appHost)
{
    /// <summary>Stamped by the package's targets: the folder with <c>control-plane/</c>, <c>proxy/</c> and builds for single systems such as <c>linux-x64/</c>.</summary>
    public const string FolderKey = "meshprogramspath";

    /// <summary>Stamped by the targets of Mesh.Proxy.&lt;rid&gt;: the folder with the native proxy.</summary>
    public const string NativeProxyKey = "meshnativeproxypath";

    /// <summary>The folders that hold programs, those that may not be there among them.</summary>
    public IEnumerable<string> Folders => Stamped(FolderKey).Concat(Package is { } package ? [Path.Combine(package, "tools")] : []);

    public MeshProgram ControlPlane(string? given) => Find("mesh-control-plane", given, nameof(MeshOptions.ControlPlanePath), "Mesh:ControlPlanePath", Places("control-plane", "mesh-control-plane"));

    public MeshProgram Proxy(string? given) => Find("mesh-proxy", given, nameof(MeshOptions.ProxyPath), "Mesh:ProxyPath", [.. NativeProxies(), .. Places("proxy", "mesh-proxy")]);

    // lib/net10.0/Mesh.Hosting.dll -> the package's own folder.
    private static string? Package => Path.GetDirectoryName(typeof(MeshPrograms).Assembly.Location) is { Length: > 0 } library ? Path.GetFullPath(Path.Combine(library, "..", "..")) : null;

    private MeshProgram Find(string name, string? given, string option, string key, IEnumerable<string> places)
    {
        // What somebody named has to be there; falling back to another one would hide the mistake.
        if ((given ?? configuration[key]) is { Length: > 0 } named)
        {
            return File.Exists(named) ? MeshProgram.At(Path.GetFullPath(named)) : throw MeshDiagnostics.ProgramMissing(name, [named], option, key);
        }

        string[] candidates = [.. places];
        return candidates.FirstOrDefault(File.Exists) is { } found ? MeshProgram.At(found) : throw MeshDiagnostics.ProgramMissing(name, candidates, option, key);
    }

    private IEnumerable<string> NativeProxies()
    {
        foreach (var folder in Stamped(NativeProxyKey))
        {
            yield return ProgramPlaces.Native(folder, "mesh-proxy");
        }

        // Hosts of other languages know no build targets: the package beside this one in the packages' folder.
        if (Package is { } package && Path.GetDirectoryName(Path.GetDirectoryName(package)) is { } cache)
        {
            yield return ProgramPlaces.Native(Path.Combine(cache, $"mesh.proxy.{RuntimeInformation.RuntimeIdentifier}", Path.GetFileName(package), "tools", "proxy"), "mesh-proxy");
        }
    }

    private IEnumerable<string> Places(string program, string name) =>
        Folders.SelectMany(folder => ProgramPlaces.In(folder, program, name));

    private IEnumerable<string> Stamped(string key) =>
        appHost?.GetCustomAttributes<AssemblyMetadataAttribute>().Where(a => a.Key == key).Select(a => a.Value).OfType<string>() ?? [];
}
