using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>The replicas behind a cluster that are ready now.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Endpoints">The replicas, ordered by name so that equal sets are equal on the wire.</param>
public sealed record EndpointSet(string Cluster, ImmutableArray<Endpoint> Endpoints);
