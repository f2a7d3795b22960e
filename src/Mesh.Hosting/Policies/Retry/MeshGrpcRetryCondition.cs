namespace Mesh.Hosting;

/// <summary>What lets a gRPC call be made again: how the connection failed, or the call's status.</summary>
public enum MeshGrpcRetryCondition
{
    /// <summary>No connection came about.</summary>
    ConnectFailure,

    /// <summary>The replica refused the stream without looking at the call.</summary>
    RefusedStream,

    /// <summary>The connection broke before the response began.</summary>
    Reset,

    /// <summary>Status 1.</summary>
    Cancelled,

    /// <summary>Status 4.</summary>
    DeadlineExceeded,

    /// <summary>Status 13.</summary>
    Internal,

    /// <summary>Status 8.</summary>
    ResourceExhausted,

    /// <summary>Status 14.</summary>
    Unavailable,
}
