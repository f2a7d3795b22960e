using System.Collections.Immutable;

namespace Mesh.Cli.VirtualMachines;

/// <summary>What <c>mesh proxy run -- COMMAND</c> was asked for.</summary>
internal sealed record RunOptions
{
    /// <summary>Absolute path of the start-up file.</summary>
    public required string Bootstrap { get; init; }

    /// <summary>The app's command, at least one word.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Where the app is started, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>How long the sidecar may take until it can carry the app's calls.</summary>
    public required TimeSpan ReadyWithin { get; init; }

    /// <summary>How long the app may take to end after its signal.</summary>
    public required TimeSpan StopWithin { get; init; }
}
