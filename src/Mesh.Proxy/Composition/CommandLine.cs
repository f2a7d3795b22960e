using System.Diagnostics.CodeAnalysis;

namespace Mesh.Proxy.Composition;

/// <summary>What the process was called with.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Bootstrap">The bootstrap file; empty for verbs that need none.</param>
internal sealed record CommandLine(Verb Verb, string Bootstrap)
{
    /// <summary>How to call it.</summary>
    public const string Usage = """
        mesh-proxy, the sidecar of Mesh

          mesh-proxy run --bootstrap FILE           carry the traffic of one replica until SIGTERM
          mesh-proxy healthcheck --bootstrap FILE   exit 0 if the running proxy is ready, else 1
          mesh-proxy check --bootstrap FILE         say all that is wrong with the file, and run nothing
          mesh-proxy --version
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="command">What was meant.</param>
    /// <param name="fault">What is wrong.</param>
    public static bool TryParse(ReadOnlySpan<string> arguments, [NotNullWhen(true)] out CommandLine? command, [NotNullWhen(false)] out string? fault)
    {
        (command, fault) = arguments switch
        {
            ["--version"] => (new CommandLine(Verb.Version, ""), (string?)null),
            ["--help" or "-h"] => (new CommandLine(Verb.Help, ""), null),
            ["run", "--bootstrap", var file] => (new CommandLine(Verb.Run, file), null),
            ["healthcheck", "--bootstrap", var file] => (new CommandLine(Verb.HealthCheck, file), null),
            ["check", "--bootstrap", var file] => (new CommandLine(Verb.Check, file), null),
            [] => (null, "say what to do"),
            ["run" or "healthcheck" or "check", ..] => (null, $"{arguments[0]} needs --bootstrap FILE and nothing else"),
            [var other, ..] => (null, $"'{other}' is no verb"),
        };
        return command is not null;
    }
}
