using System.Globalization;
using Mesh.Model.Policies.AccessLog;
using Mesh.Model.Policies;
using Mesh.Model.Policies.CircuitBreaker;
using Mesh.Model.Policies.GrpcRoute;
using Mesh.Model.Policies.HealthCheck;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Policies.LoadBalancing;
using Mesh.Model.Policies.RateLimit;
using Mesh.Model.Policies.Retry;
using Mesh.Model.Policies.TcpRoute;
using Mesh.Model.Policies.Telemetry;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Policies.Tls;
using Mesh.Model.Policies.TrafficPermission;
using Mesh.Model.Resources;

namespace Mesh.Hosting.Policies;

/// <summary>Puts the entries of several calls into one policy. Every entry keeps the place of its call.</summary>
internal static class PolicyMerge
{
    /// <summary>The first policy with the entries of the second behind its own.</summary>
    /// <param name="first">What earlier calls said; <see langword="null"/>: nothing.</param>
    /// <param name="second">What one call says.</param>
    /// <param name="location">Where it was said.</param>
    public static Policy Add(Policy? first, Policy second, string location)
    {
        var (to, rules) = first is null ? (0, 0) : Entries(first);
        var (moreTo, moreRules) = Entries(second);
        var places = (first ?? second).Metadata.DeclaredAt.ToBuilder();
        places.TryAdd(ResourceMetadata.Document, location);
        foreach (var (list, from, count) in new[] { ("to", to, moreTo), ("rules", rules, moreRules) })
        {
            for (var i = from; i < from + count; i++)
            {
                places[string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{i}]")] = location;
            }
        }

        var both = first is null ? second : Both(first, second);
        return both with { Metadata = both.Metadata with { DeclaredAt = places.ToImmutable() } };
    }

    private static (int To, int Rules) Entries(Policy policy) => policy switch
    {
        TimeoutPolicy p => (p.To.Length, p.Rules.Length),
        RetryPolicy p => (p.To.Length, 0),
        LoadBalancingPolicy p => (p.To.Length, 0),
        RateLimitPolicy p => (0, p.Rules.Length),
        AccessLogPolicy p => (p.To.Length, p.Rules.Length),
        TelemetryPolicy p => (p.To.Length, p.Rules.Length),
        CircuitBreakerPolicy p => (p.To.Length, p.Rules.Length),
        TlsPolicy p => (0, p.Rules.Length),
        HealthCheckPolicy p => (p.To.Length, 0),
        HttpRoutePolicy p => (p.To.Length, 0),
        GrpcRoutePolicy p => (p.To.Length, 0),
        TcpRoutePolicy p => (p.To.Length, 0),
        TrafficPermissionPolicy p => (0, p.Rules.Length),
        _ => throw Unknown(policy),
    };

    private static Policy Both(Policy first, Policy second) => (first, second) switch
    {
        (TimeoutPolicy a, TimeoutPolicy b) => a with { To = [.. a.To, .. b.To], Rules = [.. a.Rules, .. b.Rules] },
        (RetryPolicy a, RetryPolicy b) => a with { To = [.. a.To, .. b.To] },
        (LoadBalancingPolicy a, LoadBalancingPolicy b) => a with { To = [.. a.To, .. b.To] },
        (AccessLogPolicy a, AccessLogPolicy b) => a with { To = [.. a.To, .. b.To], Rules = [.. a.Rules, .. b.Rules] },
        (TelemetryPolicy a, TelemetryPolicy b) => a with { To = [.. a.To, .. b.To], Rules = [.. a.Rules, .. b.Rules] },
        (RateLimitPolicy a, RateLimitPolicy b) => a with { Rules = [.. a.Rules, .. b.Rules] },
        (CircuitBreakerPolicy a, CircuitBreakerPolicy b) => a with { To = [.. a.To, .. b.To], Rules = [.. a.Rules, .. b.Rules] },
        (TlsPolicy a, TlsPolicy b) => a with { Rules = [.. a.Rules, .. b.Rules] },
        (HealthCheckPolicy a, HealthCheckPolicy b) => a with { To = [.. a.To, .. b.To] },
        (GrpcRoutePolicy a, GrpcRoutePolicy b) => a with { To = [.. a.To, .. b.To] },
        (HttpRoutePolicy a, HttpRoutePolicy b) => a with { To = [.. a.To, .. b.To] },
        (TcpRoutePolicy a, TcpRoutePolicy b) => a with { To = [.. a.To, .. b.To] },
        (TrafficPermissionPolicy a, TrafficPermissionPolicy b) => a with
        {
            JwtProviders = [.. a.JwtProviders, .. b.JwtProviders.Where(p => !a.JwtProviders.Any(p.SaysAs))],
            Rules = [.. a.Rules, .. b.Rules],
        },
        _ => throw Unknown(second),
    };

    private static InvalidOperationException Unknown(Policy policy) => new($"{policy.Kind} has no entries that could be put together; add it here.");
}
