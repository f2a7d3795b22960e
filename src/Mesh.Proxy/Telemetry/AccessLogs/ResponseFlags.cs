using Mesh.Proxy.Errors;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>Envoy's short words for how a request or connection ended, for those who read them elsewhere: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage.</summary>
internal static class ResponseFlags
{
    /// <summary>A connection that was as old as a Timeout policy lets it grow.</summary>
    public const string TooOld = "DT";

    /// <summary>The flag of an error; <see langword="null"/>: Envoy has none for it.</summary>
    public static string? Of(ProxyError error) => error switch
    {
        ProxyError.ClientClosed => "DC",
        ProxyError.BadRequest or ProxyError.AmbiguousPath => "DPE",
        ProxyError.NoRoute => "NR",
        ProxyError.NoBackends or ProxyError.BackendMissing => "NC",
        ProxyError.AuthorizationDenied => "UAEX",
        ProxyError.RateLimited => "RL",
        ProxyError.FaultInjected => "FI",
        ProxyError.UpstreamOverflow => "UO",
        ProxyError.RequestTimeout or ProxyError.PerTryTimeout => "UT",
        ProxyError.StreamIdle => "SI",
        ProxyError.NoEndpoints => "UH",
        ProxyError.ConnectFailed or ProxyError.ConnectTimeout or ProxyError.HandshakeFailed or ProxyError.AppUnreachable or ProxyError.AppCertificate => "UF",
        ProxyError.UpstreamReset => "UC",
        ProxyError.UpstreamRefused => "UR",
        ProxyError.UpstreamProtocol => "UPE",
        _ => null,
    };
}
