using System.Runtime.InteropServices;

namespace Mesh.Laptop.Programs;

/// <summary>Where control plane and proxy lie in a folder that holds builds of them for several systems.</summary>
internal static class ProgramPlaces
{
    /// <summary>The name that the folder of this system's builds has: <c>linux-x64</c>, <c>win-arm64</c>, <c>osx-arm64</c>.</summary>
    public static string System { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The native program before the one with native code beside its IL, and that before the portable one: they start in a tenth and in two thirds of its time.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="program">Its part for this program: <c>control-plane</c> or <c>proxy</c>.</param>
    /// <param name="name">The program: <c>mesh-control-plane</c> or <c>mesh-proxy</c>.</param>
    public static IEnumerable<string> In(string folder, string program, string name) =>
        [Native(Path.Combine(folder, program), name), Path.Combine(folder, System, $"{name}.dll"), Path.Combine(folder, program, $"{name}.dll")];

    /// <summary>The native program in a folder.</summary>
    public static string Native(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
}
