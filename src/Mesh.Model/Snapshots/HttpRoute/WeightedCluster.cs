namespace Mesh.Model.Snapshots;

/// <summary>One backend of a split.</summary>
/// <param name="Cluster">The cluster's name. A cluster that the snapshot lacks: its share is answered with 500 (Gateway API).</param>
/// <param name="Weight">Share relative to its siblings; 0 gets nothing.</param>
public sealed record WeightedCluster(string Cluster, int Weight = 1)
{
    /// <summary>Changes to requests that go to this backend, after the rule's own.</summary>
    public HeaderModification RequestHeaders { get; init; } = HeaderModification.None;

    /// <summary>Changes to responses of this backend, before the rule's own.</summary>
    public HeaderModification ResponseHeaders { get; init; } = HeaderModification.None;
}
