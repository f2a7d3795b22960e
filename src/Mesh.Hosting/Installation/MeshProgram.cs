using System.Collections.Immutable;
using Mesh.Hosting.Diagnostics;

namespace Mesh.Hosting.Installation;

/// <summary>How a program of the mesh is started.</summary>
/// <param name="Command">The command.</param>
/// <param name="Arguments">What comes before its own arguments.</param>
internal sealed record MeshProgram(string Command, ImmutableArray<string> Arguments)
{
    /// <summary>A native program, or a DLL that <c>dotnet</c> runs.</summary>
    public static MeshProgram At(string path) => At(path, Hosts());

    /// <summary>The same, with the places where <c>dotnet</c> may be.</summary>
    internal static MeshProgram At(string path, IEnumerable<string?> hosts) => !path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        ? new MeshProgram(path, [])
        : new MeshProgram(hosts.FirstOrDefault(File.Exists) ?? throw MeshDiagnostics.DotnetMissing(path), ["exec", path]);

    // The host that runs the AppHost is the right one; DOTNET_HOST_PATH is what the SDK says it is.
    private static IEnumerable<string?> Hosts() =>
    [
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
        Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : null,
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet")),
    ];
}
