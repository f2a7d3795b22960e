using System.Collections.Immutable;

namespace Mesh.Model.Topology;

/// <summary>A service of the mesh: a workload identity with ports, run by any number of replicas.</summary>
public sealed record Service
{
    /// <summary>The service's name and namespace.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>Its ports. Empty for a workload that only calls.</summary>
    public ImmutableArray<ServicePort> Ports { get; init; } = [];

    /// <summary>Labels for selection by policies.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The edges this service declares as caller.</summary>
    public ImmutableArray<DeclaredEdge> Uses { get; init; } = [];

    /// <summary>Where the service was declared.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The port of that name, or <see langword="null"/>.</summary>
    public ServicePort? Port(string name) => Ports.FirstOrDefault(p => p.Name == name);
}
