using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Planning;

/// <summary>One replica of a workload and the sidecar beside it.</summary>
public sealed record PlannedReplica
{
    /// <summary>Unique in its service, such as <c>orders-0</c>; the service's own name where one planned replica stands for all.</summary>
    public required string Name { get; init; }

    /// <summary>Which one, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Where the sidecar's listeners listen, <c>ip:port</c> or <c>localhost:port</c> by resource name (see <see cref="ResourceNames"/>).</summary>
    public ImmutableSortedDictionary<string, string> Listeners { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether a sidecar stands beside it: one that would have nothing to listen at is not started.</summary>
    public bool HasSidecar => !Listeners.IsEmpty;

    /// <summary>Where the app listens, <c>ip:port</c> or <c>localhost:port</c> by port name.</summary>
    public ImmutableSortedDictionary<string, string> Applications { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The sidecar's admin endpoint, <c>ip:port</c>.</summary>
    public required string AdminAddress { get; init; }

    /// <summary>What the app finds in its environment.</summary>
    public ImmutableArray<PlannedVariable> Environment { get; init; } = [];

    /// <summary>Where people reach the port, <c>ip:port</c> or <c>localhost:port</c>, or <see langword="null"/> where it has no front door.</summary>
    public string? FrontDoor(string port) => Listeners.GetValueOrDefault(ResourceNames.FrontDoor(port));

    /// <summary>Where callers in plain text come while a port without a front door is permissive, or <see langword="null"/>.</summary>
    public string? PlainDoor(string port) => Listeners.GetValueOrDefault(ResourceNames.PlainDoor(port));
}
