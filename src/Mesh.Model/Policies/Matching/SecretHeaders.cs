namespace Mesh.Model.Policies.Matching;

/// <summary>Request and response headers whose values let whoever reads them act for somebody else. Logs, spans and metrics are read by more people than may do that.</summary>
internal static class SecretHeaders
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Api-Key", "X-Api-Key", "X-Auth-Token", "X-Access-Token", "X-Csrf-Token", "X-Xsrf-Token", "X-Amz-Security-Token",
    };

    /// <summary>Whether a header is one of them.</summary>
    public static bool Holds(string header) => Names.Contains(header);
}
