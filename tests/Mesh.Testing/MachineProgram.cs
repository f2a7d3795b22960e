namespace Mesh.Testing;

/// <summary>Programs of the machine that a test may find.</summary>
public static class MachineProgram
{
    // Servers are where users without privileges often have no PATH to.
    private static readonly string[] ServerFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

    /// <summary>The program's path, by <c>PATH</c>, among servers, and where Debian keeps PostgreSQL's; <see langword="null"/>: it is not here.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(ServerFolders)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")) : [])
        .Select(d => Path.Combine(d, OperatingSystem.IsWindows() ? $"{name}.exe" : name))
        .FirstOrDefault(File.Exists);
}
