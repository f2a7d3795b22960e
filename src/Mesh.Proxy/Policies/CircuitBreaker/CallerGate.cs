using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.CircuitBreaker;

/// <summary>What of some callers may be under way to the app at a time. It lives as long as its limit does, across configurations.</summary>
internal sealed class CallerGate
{
    /// <param name="limit">What it holds to.</param>
    /// <param name="protocol">What is spoken.</param>
    public CallerGate(ConcurrencyLimit limit, AppProtocol protocol)
    {
        Limit = limit;
        Requests = new Gate(limit.Requests);
        Tunnels = new Gate(protocol.IsHttp() ? null : limit.Connections);
        Application = protocol.IsHttp() && (limit.Connections ?? limit.Pending) is not null ? new ConnectionGates(limit.Connections, limit.Pending) : null;
    }

    /// <summary>What it holds to.</summary>
    public ConcurrencyLimit Limit { get; }

    /// <summary>Requests under way.</summary>
    public Gate Requests { get; }

    /// <summary>Tunnels that are open.</summary>
    public Gate Tunnels { get; }

    /// <summary>Connections to the app, and requests that wait for one; <see langword="null"/>: any number.</summary>
    public ConnectionGates? Application { get; }

    /// <summary>The policy, for errors.</summary>
    public string? Policy => Limit.Origin == Origin.Default ? null : Limit.Origin.ToString();

    /// <summary>Whose, for metrics: a SPIFFE id, the beginning of one with a star, or a star for everybody.</summary>
    public string Caller => Limit.Caller is { } caller ? caller.IsPrefix ? $"{caller.Value}*" : caller.Value : "*";

    /// <summary>Whether it is for a caller; <see langword="null"/>: somebody without an identity.</summary>
    public bool IsFor(string? caller) => Limit.Caller is null || (caller is not null && Limit.Caller.Matches(caller));

    /// <summary>The answer to a request that is one too many.</summary>
    /// <param name="callee">The port.</param>
    public Failure TooManyRequests(string callee) =>
        new(ProxyError.UpstreamOverflow, Policy, $"{Limit.Requests} requests to this replica of {callee}{(Limit.Caller is null ? "" : $" of {Caller}")} are under way already (maxRequests)");

    /// <summary>What is left of each limit that there is, and how often it said no.</summary>
    public IEnumerable<(string Resource, int Remaining, long Refused)> Read()
    {
        if (Application is { Limit: not null } connections)
        {
            yield return ("connections", connections.Remaining, connections.Refused);
        }

        foreach (var (resource, gate) in new[] { ("connections", Tunnels), ("pending", Application?.Pending), ("requests", Requests) })
        {
            if (gate?.Limit is not null)
            {
                yield return (resource, gate.Remaining, gate.Refused);
            }
        }
    }
}
