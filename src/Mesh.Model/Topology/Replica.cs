using System.Collections.Immutable;

namespace Mesh.Model.Topology;

/// <summary>A running instance of a service, as its sidecar registered it.</summary>
public sealed record Replica
{
    /// <summary>The service it is a replica of.</summary>
    public required ServiceId Service { get; init; }

    /// <summary>Its name, unique in the service, such as <c>orders-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>IP literal of its mesh door.</summary>
    public required string Address { get; init; }

    /// <summary>TCP port of its mesh door, 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The ports whose app accepts connections. Others are no endpoints.</summary>
    public ImmutableSortedSet<string> ReadyPorts { get; init; } = [];

    /// <summary>Share of the service's requests relative to its siblings, at least 1. Default: 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Zone for locality, or empty.</summary>
    public string Zone { get; init; } = "";
}
