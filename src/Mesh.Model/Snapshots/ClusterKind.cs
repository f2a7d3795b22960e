namespace Mesh.Model.Snapshots;

/// <summary>What is behind a cluster.</summary>
public enum ClusterKind
{
    /// <summary>Replicas of a service of the mesh, reached through their mesh doors.</summary>
    Mesh,

    /// <summary>A host outside the mesh.</summary>
    External,
}
