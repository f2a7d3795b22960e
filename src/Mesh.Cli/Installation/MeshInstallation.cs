using Mesh.Cli.Processes;
using Mesh.Laptop.Programs;

namespace Mesh.Cli.Installation;

/// <summary>Finds the programs that come with the command line: the control plane and the proxy.</summary>
/// <param name="directory">Where the command line itself is.</param>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class MeshInstallation(string directory, Func<string, string?> environment)
{
    /// <summary>Overrides where the control plane is: a native program or a DLL.</summary>
    public const string ControlPlaneVariable = "MESH_CONTROL_PLANE_PATH";

    /// <summary>Overrides where the proxy is: a native program or a DLL.</summary>
    public const string ProxyVariable = "MESH_PROXY_PATH";

    /// <summary>The one this process belongs to.</summary>
    public static MeshInstallation OfProcess() => new(AppContext.BaseDirectory, Environment.GetEnvironmentVariable);

    /// <summary>How to start the control plane.</summary>
    public InstalledProgram ControlPlane() => Find("control-plane", "mesh-control-plane", ControlPlaneVariable);

    /// <summary>How to start a proxy.</summary>
    public InstalledProgram Proxy() => Find("proxy", "mesh-proxy", ProxyVariable);

    /// <summary>How to start the command line itself.</summary>
    public InstalledProgram CommandLine()
    {
        var native = Path.Combine(directory, OperatingSystem.IsWindows() ? "mesh.exe" : "mesh");
        return Program(File.Exists(native) ? native : Path.Combine(directory, "mesh.dll"));
    }

    private InstalledProgram Find(string folder, string name, string variable)
    {
        if (environment(variable) is { Length: > 0 } given)
        {
            var path = Path.GetFullPath(given);
            return File.Exists(path) ? Program(path) : throw new CliException(ExitCode.Unavailable, $"{variable}={given} (there is no such file)");
        }

        string[] places = [.. ProgramPlaces.In(directory, folder, name)];
        return places.FirstOrDefault(File.Exists) is { } found ? Program(found) : throw new CliException(ExitCode.Unavailable,
            $"{name} is not beside the command line: none of {string.Join(", ", places)} is there.\n" +
            $"In a clone run ./build.sh run (or ./build.sh test), which lays all three out in artifacts/mesh; or point {variable} at a {name} that you built.");
    }

    private static InstalledProgram Program(string path)
    {
        if (!path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return new InstalledProgram(path, []);
        }

        var host = ProgramSearch.Find("dotnet", Environment.CurrentDirectory)
            ?? (Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : null)
            ?? throw new CliException(ExitCode.Unavailable, $"{path} needs 'dotnet' on PATH. Install the .NET 10 runtime, or put it there.");
        return new InstalledProgram(host, ["exec", path]);
    }
}
