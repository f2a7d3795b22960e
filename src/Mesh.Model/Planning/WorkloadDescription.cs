using System.Collections.Immutable;
using Mesh.Model.Topology;

namespace Mesh.Model.Planning;

/// <summary>A service that gets an identity, and a sidecar beside each of its replicas.</summary>
public sealed record WorkloadDescription
{
    /// <summary>Its name and namespace.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>What it listens on. Empty for one that only calls.</summary>
    public ImmutableArray<EndpointDescription> Endpoints { get; init; } = [];

    /// <summary>How many run, at least 1. Default: 1.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Whom it calls. These are its permissions as well.</summary>
    public ImmutableArray<UseDescription> Uses { get; init; } = [];

    /// <summary>Labels for selection by policies.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where it was declared.</summary>
    public Declaration DeclaredAt { get; init; }
}
