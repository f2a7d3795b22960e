using System.Collections.Immutable;
using Mesh.Model.Planning;
using Mesh.Model.Topology;

namespace Mesh.Cli.AppFiles;

/// <summary>How one service of a <c>mesh.yaml</c> is run.</summary>
internal sealed record ServiceDefinition
{
    /// <summary>Its name.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>Program and arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Absolute path. Default: the directory of the file.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The user's own variables; they win over those of the mesh.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = Processes.ChildStart.NoVariables;

    /// <summary>How to find out that it works. <see langword="null"/>: its ports accept connections.</summary>
    public HealthDefinition? Health { get; init; }

    /// <summary>Whether its app speaks xDS itself. <see langword="null"/>: it does not.</summary>
    public ProxylessDefinition? Proxyless { get; init; }

    /// <summary>Whether the app can do without it: then it may end at start, and its users start without its addresses.</summary>
    public bool Optional { get; init; }

    /// <summary>The exit code with which it says that it cannot run here. <see langword="null"/>: any.</summary>
    public int? OptionalExitCode { get; init; }

    /// <summary>Where the command was declared.</summary>
    public Declaration CommandAt { get; init; }
}
