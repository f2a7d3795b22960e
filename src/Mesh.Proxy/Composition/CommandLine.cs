using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mesh.Proxy.Bootstrap;

namespace Mesh.Proxy.Composition;

/// <summary>What the process was called with.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Bootstrap">The bootstrap file; empty for verbs that need none.</param>
/// <param name="Overrides">What it says instead of the file.</param>
internal sealed record CommandLine(Verb Verb, string Bootstrap, BootstrapOverrides Overrides)
{
    /// <summary>How to call it.</summary>
    public const string Usage = """
        mesh-proxy, the sidecar of Mesh

          mesh-proxy run --bootstrap FILE           carry the traffic of one replica until SIGTERM
          mesh-proxy healthcheck --bootstrap FILE   exit 0 if the running proxy is ready, else 1
          mesh-proxy drain --bootstrap FILE         take the running proxy out of the mesh, and wait until what runs has finished
          mesh-proxy check --bootstrap FILE         say all that is wrong with the file, and run nothing
          mesh-proxy --version

        instead of what the file says, for one file that many replicas are started with:
          --replica NAME             the replica's name
          --advertised-address IP    by which address peers reach its mesh door
        with run, where an app shares the network of this container:
          --restart                  start the proxy again when it ends by itself, so that the container and its network stay
        with drain:
          --wait SECONDS             at most so long; 20 unless said otherwise
        """;

    private const int LongestWait = 3600;

    /// <summary>How long <see cref="Verb.Drain"/> waits. Default: 20 s.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether <see cref="Verb.Run"/> starts the proxy again when it ends by itself.</summary>
    public bool Restarts { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="command">What was meant.</param>
    /// <param name="fault">What is wrong.</param>
    public static bool TryParse(ReadOnlySpan<string> arguments, [NotNullWhen(true)] out CommandLine? command, [NotNullWhen(false)] out string? fault)
    {
        (command, fault) = arguments switch
        {
            ["--version"] => (new CommandLine(Verb.Version, "", new BootstrapOverrides()), (string?)null),
            ["--help" or "-h"] => (new CommandLine(Verb.Help, "", new BootstrapOverrides()), null),
            ["run", ..] => Parse(Verb.Run, arguments),
            ["healthcheck", ..] => Parse(Verb.HealthCheck, arguments),
            ["drain", ..] => Parse(Verb.Drain, arguments),
            ["check", ..] => Parse(Verb.Check, arguments),
            [] => (null, "say what to do"),
            [var other, ..] => (null, $"'{other}' is no verb"),
        };
        return command is not null;
    }

    private static (CommandLine?, string?) Parse(Verb verb, ReadOnlySpan<string> arguments)
    {
        string? file = null;
        var overrides = new BootstrapOverrides();
        var wait = TimeSpan.FromSeconds(20);
        var restarts = false;
        for (var i = 1; i < arguments.Length; i += 2)
        {
            if (verb == Verb.Run && arguments[i] == "--restart")
            {
                restarts = true;
                i--; // it has no value
                continue;
            }

            if (i + 1 == arguments.Length)
            {
                return (null, $"{arguments[i]} needs a value");
            }

            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--bootstrap":
                    file = value;
                    break;
                case "--replica":
                    overrides = overrides with { Replica = value };
                    break;
                case "--advertised-address":
                    overrides = overrides with { AdvertisedAddress = value };
                    break;
                case "--wait" when verb == Verb.Drain:
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > LongestWait)
                    {
                        return (null, $"--wait {value} is no number of seconds from 0 to {LongestWait}");
                    }

                    wait = TimeSpan.FromSeconds(seconds);
                    break;
                default:
                    return (null, $"{arguments[0]} knows no {arguments[i]}");
            }
        }

        return file is null ? (null, $"{arguments[0]} needs --bootstrap FILE") : (new CommandLine(verb, file, overrides) { Wait = wait, Restarts = restarts }, null);
    }
}
