namespace Mesh.Cli.Processes;

/// <summary>What exit codes mean. .NET reports a death by signal as 128 + its number, as shells do.</summary>
internal static class ExitWords
{
    /// <summary><c>exit code 137 (SIGKILL: …)</c>.</summary>
    public static string Of(int code) => code switch
    {
        129 => "exit code 129 (SIGHUP)",
        130 => "exit code 130 (SIGINT)",
        132 => "exit code 132 (SIGILL)",
        134 => "exit code 134 (SIGABRT: for .NET an unhandled exception)",
        135 => "exit code 135 (SIGBUS)",
        137 => "exit code 137 (SIGKILL: somebody killed it, or memory ran out)",
        139 => "exit code 139 (SIGSEGV)",
        143 => "exit code 143 (SIGTERM)",
        126 => "exit code 126 (may not be executed)",
        127 => "exit code 127 (a command was not found)",
        _ => $"exit code {code}",
    };
}
