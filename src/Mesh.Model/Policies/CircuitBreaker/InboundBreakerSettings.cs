using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>
/// What one sidecar lets through to its own app at a time. Nothing is retried there and there is one app, so that retries and outlier detection are the caller's side alone.
/// </summary>
public sealed record InboundBreakerSettings : PolicySettings
{
    private const int Most = 1_000_000;

    /// <summary>Ports that speak HTTP: connections to the app, for all callers together. Ports that speak <c>tcp</c>: tunnels of these callers. Without any policy: any number.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Requests that wait for a connection to the app, for all callers together. Without any policy: any number.</summary>
    public int? MaxPendingRequests { get; init; }

    /// <summary>Requests of these callers that were begun and have not ended. Without any policy: any number.</summary>
    public int? MaxRequests { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (name, limit) in new[] { ("maxConnections", MaxConnections), ("maxPendingRequests", MaxPendingRequests), ("maxRequests", MaxRequests) })
        {
            if (limit is < 1 or > Most)
            {
                yield return new(at / "connectionLimits" / name, $"must be between 1 and {Most} but is {limit}; leave it out for no limit");
            }
        }
    }
}
