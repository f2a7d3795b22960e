using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;

namespace Mesh.Proxy.Policies.Routing;

/// <summary>
/// Picks backends by weight, evenly spread instead of drawn: after any hundred requests each backend has its share to within one. The order is worked out once; a
/// request takes the next place in it.
/// </summary>
internal sealed class WeightedSplit
{
    // Weights that share no divisor would make the order as long as their sum; a thousand places are exact to a tenth of a percent.
    private const int MaxPlaces = 1000;

    private readonly ImmutableArray<WeightedCluster> _order;
    private readonly ImmutableArray<WeightedCluster> _backends;
    private uint _next;

    public WeightedSplit(ImmutableArray<WeightedCluster> backends)
    {
        _backends = [.. backends.Where(b => b.Weight > 0)];
        _order = Order(_backends);
    }

    /// <summary>The backend whose cluster's name has a hash; <see langword="null"/>: none that gets requests.</summary>
    public WeightedCluster? Find(ulong hash)
    {
        foreach (var backend in _backends)
        {
            if (KeyHash.Of(backend.Cluster) == hash)
            {
                return backend;
            }
        }

        return null;
    }

    /// <summary>The backend for the next request; <see langword="null"/>: every weight is 0.</summary>
    public WeightedCluster? Next() => _order.Length switch
    {
        0 => null,
        1 => _order[0],
        var places => _order[(int)((Interlocked.Increment(ref _next) - 1) % (uint)places)],
    };

    private static ImmutableArray<WeightedCluster> Order(ImmutableArray<WeightedCluster> backends)
    {
        if (backends.Length <= 1)
        {
            return backends;
        }

        var weights = Shares(backends);
        var places = weights.Sum();
        var current = new long[weights.Length];
        var order = ImmutableArray.CreateBuilder<WeightedCluster>(places);
        for (var place = 0; place < places; place++)
        {
            // Smooth weighted round robin: everyone gains its weight, the richest is taken and pays the sum.
            var best = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                current[i] += weights[i];
                if (current[i] > current[best])
                {
                    best = i;
                }
            }

            current[best] -= places;
            order.Add(backends[best]);
        }

        return order.MoveToImmutable();
    }

    private static int[] Shares(ImmutableArray<WeightedCluster> backends)
    {
        var divisor = backends.Select(b => b.Weight).Aggregate(GreatestCommonDivisor);
        var sum = backends.Sum(b => (long)b.Weight) / divisor;
        return sum <= MaxPlaces
            ? [.. backends.Select(b => b.Weight / divisor)]
            : [.. backends.Select(b => (int)Math.Max(1, Math.Round((double)b.Weight / divisor * MaxPlaces / sum)))];
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
