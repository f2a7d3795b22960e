using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// The mark of requests that a sidecar makes by itself, to see how a replica is: they are nobody's call, and are neither counted nor traced as one. No app beside a sidecar can set it, for
/// sidecars send on no header of an app that begins with x-mesh-; whoever has a certificate and no sidecar of ours (proxyless gRPC, Envoy) can. So it is believed of what health checks
/// send alone, and access logs write down what carries it.
/// </summary>
internal static class ProbeMark
{
    /// <summary>The header.</summary>
    public const string Header = "x-mesh-probe";

    /// <summary>Its value for health checks.</summary>
    public const string HealthCheck = "health-check";

    /// <summary>What checks by gRPC call.</summary>
    public const string GrpcMethod = "/grpc.health.v1.Health/Check";

    /// <summary>Whether a request that came through the mesh door is a check.</summary>
    public static bool IsOn(HttpContext context) => context.Request.Headers.ContainsKey(Header) && IsCheck(context);

    private static bool IsCheck(HttpContext context) => context.Request.Method switch
    {
        "GET" => !InvokerPath.HasBody(context) && !UpgradeForwarder.IsUpgrade(context),
        "POST" => context.Request.Path.Value == GrpcMethod && ErrorResponse.IsGrpc(context.Request),
        _ => false,
    };
}
