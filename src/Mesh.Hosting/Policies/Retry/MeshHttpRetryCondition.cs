namespace Mesh.Hosting;

/// <summary>What lets an HTTP request be sent again.</summary>
public enum MeshHttpRetryCondition
{
    /// <summary>No connection came about. Any method.</summary>
    ConnectFailure,

    /// <summary>The replica refused the stream without looking at the request. Any method.</summary>
    RefusedStream,

    /// <summary>The connection broke before the response began. Idempotent methods.</summary>
    Reset,

    /// <summary>Status 502, 503 or 504. Idempotent methods.</summary>
    GatewayError,

    /// <summary>Any status from 500 to 599 (<c>5xx</c> in YAML). Idempotent methods.</summary>
    ServerError,

    /// <summary>Status 409. Idempotent methods.</summary>
    Retriable4xx,
}
