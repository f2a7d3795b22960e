using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Makes the balancer that a policy asks for.</summary>
internal static class Balancers
{
    /// <summary>Makes it for replicas as they were announced: by priority where they have one.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="replicas">The replicas, in the order of <paramref name="announced"/>.</param>
    /// <param name="announced">What the control plane says of them; <see langword="null"/>: nothing.</param>
    /// <param name="draw">Random numbers below a bound.</param>
    /// <param name="time">The clock.</param>
    public static IBalancer Create(Model.Snapshots.LoadBalancing policy, ImmutableArray<UpstreamReplica> replicas, EndpointSet? announced, Func<int, int> draw, TimeProvider time)
    {
        if (announced is null || announced.Endpoints.Concat(announced.Unready).All(endpoint => endpoint.Priority == 0))
        {
            return Create(policy, replicas, draw, time);
        }

        var last = announced.Endpoints.Concat(announced.Unready).Max(endpoint => endpoint.Priority);
        var levels = Enumerable.Range(0, last + 1).Select(priority =>
        {
            ImmutableArray<UpstreamReplica> own = [.. replicas.Where((_, i) => announced.Endpoints[i].Priority == priority)];
            return new Priorities.Level(own, Create(policy, own, draw, time), announced.Unready.Count(endpoint => endpoint.Priority == priority));
        });
        return new Priorities([.. levels], announced.Overprovisioning, draw);
    }

    /// <summary>Makes it.</summary>
    public static IBalancer Create(Model.Snapshots.LoadBalancing policy, ImmutableArray<UpstreamReplica> replicas, Func<int, int> draw, TimeProvider time)
    {
        IBalancer balancer = policy.Kind switch
        {
            _ when replicas.Length <= 1 => new SingleReplica(replicas),
            LoadBalancingKind.RoundRobin => new RoundRobin(replicas),
            LoadBalancingKind.Random => new WeightedRandom(replicas, draw),
            LoadBalancingKind.RingHash => new RingHash(replicas, policy.Ring ?? new(), draw),
            LoadBalancingKind.Maglev => new Maglev(replicas, policy.TableSize ?? MaglevTable.DefaultSize, draw),
            LoadBalancingKind.PeakEwma => new PeakEwma(replicas, policy.Decay ?? Model.Snapshots.LoadBalancing.DefaultDecay, draw, time),
            _ => new LeastRequest(replicas, policy.ChoiceCount, draw),
        };
        return policy.SlowStart is { } slowStart && replicas.Any(replica => replica.Since > 0) && replicas.Length > 1 ? new SlowStarting(balancer, replicas, slowStart, draw, time) : balancer;
    }
}
