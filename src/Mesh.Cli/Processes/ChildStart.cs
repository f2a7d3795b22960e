using System.Collections.Immutable;

namespace Mesh.Cli.Processes;

/// <summary>What to start.</summary>
internal sealed record ChildStart
{
    /// <summary>Absolute path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>Its arguments, as they are: no shell reads them.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Absolute path.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Variables on top of those mesh has.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = NoVariables;

    /// <summary>Whether it has this process's input, output and error stream as its own. Default: no, its output is read line by line and its input is empty.</summary>
    public bool SharesStreams { get; init; }

    /// <summary>Variables by name, in ordinal order.</summary>
    public static ImmutableSortedDictionary<string, string> NoVariables { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
