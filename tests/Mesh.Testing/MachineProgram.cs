namespace Mesh.Testing;

/// <summary>Programs of the machine that a test may find.</summary>
public static class MachineProgram
{
    /// <summary>The program's path, by <c>PATH</c> and where Debian keeps PostgreSQL's; <see langword="null"/>: it is not here.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")) : [])
        .Select(d => Path.Combine(d, OperatingSystem.IsWindows() ? $"{name}.exe" : name))
        .FirstOrDefault(File.Exists);
}
