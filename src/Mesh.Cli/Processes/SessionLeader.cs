namespace Mesh.Cli.Processes;

/// <summary>
/// setsid(1), which every Linux distribution has (util-linux, busybox): it makes a program the leader of its own session and process group before it
/// runs, what .NET cannot. It replaces itself, so the process id stays.
/// </summary>
internal static class SessionLeader
{
    /// <summary>Where it is, or <see langword="null"/>: macOS and Windows have none, and there a process is ended by walking its tree.</summary>
    public static string? Program { get; } = OperatingSystem.IsWindows() ? null : ProgramSearch.Find("setsid", Environment.CurrentDirectory);
}
