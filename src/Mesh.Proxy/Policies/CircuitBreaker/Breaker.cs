using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.CircuitBreaker;

/// <summary>What may be open towards a cluster at a time. It lives as long as its limits do, across configurations.</summary>
internal sealed class Breaker(ConnectionLimits limits)
{
    /// <summary>What it holds to.</summary>
    public ConnectionLimits Limits => limits;

    /// <summary>Connections, and requests that wait for one.</summary>
    public ConnectionGates Connections { get; } = new(limits.Connections, limits.Pending);

    /// <summary>Requests under way.</summary>
    public Gate Requests { get; } = new(limits.Requests);

    /// <summary>Retries under way.</summary>
    public Gate Retries { get; } = new(limits.Retries);

    /// <summary>The policy, for errors.</summary>
    public string? Policy => limits.Origin == Origin.Default ? null : limits.Origin.ToString();

    /// <summary>The answer to a request that is one too many.</summary>
    /// <param name="cluster">The cluster's name.</param>
    public Failure TooManyRequests(string cluster) => new(ProxyError.UpstreamOverflow, Policy, $"{limits.Requests} requests to {cluster} are under way already (maxRequests)");

    /// <summary>The answer to a connection that is one too many.</summary>
    /// <param name="cluster">The cluster's name.</param>
    public Failure TooManyConnections(string cluster) => new(ProxyError.UpstreamOverflow, Policy, $"{limits.Connections} connections to {cluster} are open already (maxConnections)");

    /// <summary>What is left of each limit that there is, and how often it said no.</summary>
    public IEnumerable<(string Resource, int Remaining, long Refused)> Read()
    {
        if (limits.Connections is not null)
        {
            yield return ("connections", Connections.Remaining, Connections.Refused);
        }

        foreach (var (resource, gate) in new[] { ("pending", Connections.Pending), ("requests", Requests), ("retries", Retries) })
        {
            if (gate.Limit is not null)
            {
                yield return (resource, gate.Remaining, gate.Refused);
            }
        }
    }
}
