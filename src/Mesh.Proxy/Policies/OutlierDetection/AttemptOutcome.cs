namespace Mesh.Proxy.Policies.OutlierDetection;

/// <summary>What became of a request to a replica.</summary>
internal enum AttemptOutcome
{
    /// <summary>It answered, and not with a failure of its own.</summary>
    Success,

    /// <summary>It answered with a failure of its own that is none of a gateway.</summary>
    ServerError,

    /// <summary>It answered with 502, 503 or 504, or what they are in gRPC.</summary>
    GatewayError,

    /// <summary>There was no answer: no connection, a reset, none in time; or its sidecar says that its app is not there.</summary>
    LocalFailure,
}
