using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>At random by weight.</summary>
internal sealed class WeightedRandom(ImmutableArray<UpstreamReplica> replicas, Func<int, int> draw) : IBalancer
{
    private readonly int[] _upTo = Sums(replicas);

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        var picked = Draw();
        for (var i = 0; i < 4 && avoid.Contains(picked); i++)
        {
            picked = Draw();
        }

        return avoid.Contains(picked) ? Balancing.FirstOther(replicas, avoid) ?? picked : picked;
    }

    /// <summary>One at random, whatever was tried.</summary>
    internal UpstreamReplica Draw()
    {
        var at = Array.BinarySearch(_upTo, draw(_upTo[^1]) + 1);
        return replicas[at < 0 ? ~at : at];
    }

    private static int[] Sums(ImmutableArray<UpstreamReplica> replicas)
    {
        var sums = new int[replicas.Length];
        var sum = 0;
        for (var i = 0; i < sums.Length; i++)
        {
            sum = checked(sum + replicas[i].Weight);
            sums[i] = sum;
        }

        return sums;
    }
}
