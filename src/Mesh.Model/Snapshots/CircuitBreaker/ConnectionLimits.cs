namespace Mesh.Model.Snapshots;

/// <summary>What one sidecar may have open towards a cluster at a time; <see langword="null"/>: any number.</summary>
public sealed record ConnectionLimits
{
    /// <summary>No limit.</summary>
    public static ConnectionLimits None { get; } = new();

    /// <summary>Connections to all replicas; a replica without any may always have one.</summary>
    public int? Connections { get; init; }

    /// <summary>Requests that wait for a connection.</summary>
    public int? Pending { get; init; }

    /// <summary>Requests under way.</summary>
    public int? Requests { get; init; }

    /// <summary>Retries under way.</summary>
    public int? Retries { get; init; }

    /// <summary>What said so.</summary>
    public Origin Origin { get; init; } = Origin.Default;

    /// <summary>Whether there is none.</summary>
    public bool IsNone => (Connections ?? Pending ?? Requests ?? Retries) is null;
}
