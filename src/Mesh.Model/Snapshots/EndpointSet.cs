using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>The replicas behind a cluster that are ready now.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Endpoints">The replicas, ordered by name so that equal sets are equal on the wire.</param>
public sealed record EndpointSet(string Cluster, ImmutableArray<Endpoint> Endpoints)
{
    /// <summary>What <see cref="Overprovisioning"/> is where nothing is said: Envoy's.</summary>
    public const int DefaultOverprovisioning = 140;

    /// <summary>Replicas that are there and not ready. None is used; they count where a priority is asked how much of it is left.</summary>
    public ImmutableArray<Endpoint> Unready { get; init; } = [];

    /// <summary>In percent, how much more than the share of it that is left a priority is trusted with: at 200 one of which half is left still takes everything. At least 100.</summary>
    public int Overprovisioning { get; init; } = DefaultOverprovisioning;

    /// <inheritdoc />
    public bool Equals(EndpointSet? other) =>
        other is not null && Cluster == other.Cluster && Overprovisioning == other.Overprovisioning && Endpoints.SequenceEqual(other.Endpoints) && Unready.SequenceEqual(other.Unready);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Cluster, Endpoints.Length, Unready.Length, Overprovisioning);
}
