namespace Mesh.Proxy.Upstreams;

/// <summary>
/// The mark of requests that a sidecar makes by itself, to see how a replica is: they are nobody's call, and are neither counted nor traced as one. No app can set it, for sidecars send on
/// no header of an app that begins with x-mesh-.
/// </summary>
internal static class ProbeMark
{
    /// <summary>The header.</summary>
    public const string Header = "x-mesh-probe";

    /// <summary>Its value for health checks.</summary>
    public const string HealthCheck = "health-check";

    /// <summary>Whether a request that came through the mesh door carries it.</summary>
    public static bool IsOn(HttpRequest request) => request.Headers.ContainsKey(Header);
}
