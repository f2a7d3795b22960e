namespace Mesh.Cli.Api;

/// <summary>The control plane refused what the user asked for, and said why.</summary>
internal sealed class RefusedException(Problem problem) : CliException(Cli.ExitCode.Invalid, $"{problem.Title}: {problem.Detail}")
{
    /// <summary>Why.</summary>
    public Problem Problem { get; } = problem;
}
