namespace Mesh.Proxy.Policies.Timeout;

/// <summary>
/// What of a gRPC call says that it is one and not a stream. Nothing on the wire does for certain, so a limit needs somebody who said that there is an end: the caller
/// by its deadline, or the policy by a field of its own. And it never ends a call that still sends or has begun to receive.
/// </summary>
internal static class GrpcCall
{
    private const string Deadline = "grpc-timeout"; // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Call-Definition"

    /// <summary>Whether the caller gave it a deadline.</summary>
    public static bool HasDeadline(HttpRequest request) => request.Headers.ContainsKey(Deadline);

    /// <summary>The limit of the calling side.</summary>
    public static TimeSpan? Limit(HttpRequest request, Model.Snapshots.RouteTimeouts timeouts) => HasDeadline(request) ? timeouts.Request ?? timeouts.GrpcRequest : timeouts.GrpcRequest;
}
