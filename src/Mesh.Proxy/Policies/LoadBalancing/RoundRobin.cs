using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>One after the other, smooth by weight: a replica of weight 2 comes twice a round but not twice in a row.</summary>
internal sealed class RoundRobin(ImmutableArray<UpstreamReplica> replicas) : IBalancer
{
    private readonly long[] _current = new long[replicas.Length];
    private readonly long _sum = replicas.Sum(r => (long)r.Weight);
    private readonly Lock _lock = new();
    private readonly bool _isEven = replicas.All(r => r.Weight == replicas[0].Weight);
    private uint _next;

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        UpstreamReplica? picked = null;
        for (var i = 0; i < replicas.Length; i++)
        {
            picked = _isEven ? replicas[(int)((Interlocked.Increment(ref _next) - 1) % (uint)replicas.Length)] : PickByWeight();
            if (!avoid.Contains(picked))
            {
                return picked;
            }
        }

        return Balancing.FirstOther(replicas, avoid) ?? picked;
    }

    // Rarely reached: weights of replicas differ. A few additions under a lock that is never waited for long.
    private UpstreamReplica PickByWeight()
    {
        lock (_lock)
        {
            var best = 0;
            for (var i = 0; i < replicas.Length; i++)
            {
                _current[i] += replicas[i].Weight;
                if (_current[i] > _current[best])
                {
                    best = i;
                }
            }

            _current[best] -= _sum;
            return replicas[best];
        }
    }
}
