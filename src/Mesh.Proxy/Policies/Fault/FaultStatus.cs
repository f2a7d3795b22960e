namespace Mesh.Proxy.Policies.Fault;

/// <summary>What a status of one protocol is in the other.</summary>
internal static class FaultStatus
{
    /// <summary>What gRPC clients make of an HTTP status (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).</summary>
    public static int GrpcOf(int http) => http switch
    {
        400 => 13,
        401 => 16,
        403 => 7,
        404 => 12,
        429 or 502 or 503 or 504 => 14,
        _ => 2,
    };

    /// <summary>The HTTP status of a gRPC status (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).</summary>
    public static int HttpOf(int grpc) => grpc switch
    {
        1 => 499,
        3 or 9 or 11 => 400,
        4 => 504,
        5 => 404,
        6 or 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        _ => 500,
    };
}
