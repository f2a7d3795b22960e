using Mesh.Model.Validation;

namespace Mesh.Model.Policies.CircuitBreaker;

/// <summary>What one sidecar may have open towards an upstream port at a time. What is over a limit is answered at once.</summary>
public sealed record ConnectionLimitSettings : PolicySettings
{
    private const int Most = 1_000_000;

    /// <summary>Connections to all replicas, kept ones included; a replica without any may always have one. Without any policy: any number.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Requests that wait for a connection. Without any policy: any number.</summary>
    public int? MaxPendingRequests { get; init; }

    /// <summary>Requests that were begun and have not ended. Without any policy: any number.</summary>
    public int? MaxRequests { get; init; }

    /// <summary>Retries that were begun and have not ended; 0: none. Without any policy: any number that the budget of Retry allows.</summary>
    public int? MaxRetries { get; init; }

    internal override IEnumerable<Violation> Validate(FieldPath at)
    {
        foreach (var (name, limit) in new[] { ("maxConnections", MaxConnections), ("maxPendingRequests", MaxPendingRequests), ("maxRequests", MaxRequests) })
        {
            if (limit is < 1 or > Most)
            {
                yield return new(at / name, $"must be between 1 and {Most} but is {limit}; leave it out for no limit");
            }
        }

        if (MaxRetries is < 0 or > Most)
        {
            yield return new(at / "maxRetries", $"must be between 0 and {Most} but is {MaxRetries}; leave it out for no limit but the budget of Retry");
        }
    }
}
