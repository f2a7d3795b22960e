namespace Mesh.Cli;

/// <summary>Ends the command with a message for the user and an exit code; no stack trace is shown.</summary>
internal class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
