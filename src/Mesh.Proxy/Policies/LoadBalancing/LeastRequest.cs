using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>Draws a few by weight and takes the one with the least in flight for its weight: near the best choice, without looking at all of them.</summary>
internal sealed class LeastRequest(ImmutableArray<UpstreamReplica> replicas, int choices, Func<int, int> draw) : IBalancer
{
    private readonly WeightedRandom _random = new(replicas, draw);

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        UpstreamReplica? best = null;
        for (var i = 0; i < choices; i++)
        {
            var drawn = _random.Draw();
            if (ReferenceEquals(drawn, best))
            {
                // The same one twice is no choice: look at its neighbour.
                drawn = replicas[(replicas.IndexOf(drawn) + 1) % replicas.Length];
            }

            if (!avoid.Contains(drawn) && (best is null || IsLess(drawn, best)))
            {
                best = drawn;
            }
        }

        return best ?? Balancing.FirstOther(replicas, avoid) ?? _random.Draw();
    }

    private static bool IsLess(UpstreamReplica a, UpstreamReplica b) => (long)a.InFlight * b.Weight < (long)b.InFlight * a.Weight;
}
