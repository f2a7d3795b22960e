namespace Mesh.Model.Snapshots;

/// <summary>Conditions under which a request is sent again, named as in Envoy.</summary>
[Flags]
public enum RetryOn
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>No connection to the replica: provably not processed, so any method.</summary>
    ConnectFailure = 1,

    /// <summary>REFUSED_STREAM, or a GOAWAY whose last stream is lower: provably not processed, so any method.</summary>
    RefusedStream = 2,

    /// <summary>The connection broke before any part of the response, or an attempt's time was over (as in Envoy); idempotent methods only.</summary>
    Reset = 4,

    /// <summary>502, 503 or 504; idempotent methods only.</summary>
    GatewayError = 8,

    /// <summary>Any 5xx; idempotent methods only.</summary>
    ServerError = 16,

    /// <summary>409; idempotent methods only.</summary>
    Retriable4xx = 32,

    /// <summary>gRPC CANCELLED before any message of the response.</summary>
    GrpcCancelled = 64,

    /// <summary>gRPC DEADLINE_EXCEEDED before any message of the response.</summary>
    GrpcDeadlineExceeded = 128,

    /// <summary>gRPC INTERNAL before any message of the response.</summary>
    GrpcInternal = 256,

    /// <summary>gRPC RESOURCE_EXHAUSTED before any message of the response.</summary>
    GrpcResourceExhausted = 512,

    /// <summary>gRPC UNAVAILABLE before any message of the response.</summary>
    GrpcUnavailable = 1024,
}
