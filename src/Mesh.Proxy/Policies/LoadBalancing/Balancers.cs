using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Makes the balancer that a policy asks for.</summary>
internal static class Balancers
{
    /// <summary>Makes it.</summary>
    public static IBalancer Create(Model.Snapshots.LoadBalancing policy, ImmutableArray<UpstreamReplica> replicas, Func<int, int> draw) => policy.Kind switch
    {
        _ when replicas.Length <= 1 => new SingleReplica(replicas),
        LoadBalancingKind.RoundRobin => new RoundRobin(replicas),
        LoadBalancingKind.Random => new WeightedRandom(replicas, draw),
        LoadBalancingKind.RingHash => new RingHash(replicas, policy.Ring ?? new(), draw),
        LoadBalancingKind.Maglev => new Maglev(replicas, policy.TableSize ?? MaglevTable.DefaultSize, draw),
        _ => new LeastRequest(replicas, policy.ChoiceCount, draw),
    };
}
