namespace Mesh.Model.Snapshots;

/// <summary>What a replica is asked by.</summary>
public enum HealthCheckKind
{
    /// <summary>A GET request.</summary>
    Http,

    /// <summary>A connection.</summary>
    Tcp,

    /// <summary>A call of grpc.health.v1.Health/Check.</summary>
    Grpc,
}
