using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>
/// Replicas by priority: the first takes everything while enough of it is left, then the next takes the rest, as Envoy's priority levels do. Enough is what
/// overprovisioning makes a whole of: at 200 %, half. What could not be connected to lately, and what this request was sent to in vain, is not left.
/// </summary>
internal sealed class Priorities : IBalancer
{
    private const int Whole = 100;

    private readonly ImmutableArray<Level> _levels;
    private readonly int _overprovisioning;
    private readonly Func<int, int> _draw;
    private readonly int _first;

    /// <param name="levels">For each priority its replicas, what picks among them, and how many of it are not ready.</param>
    /// <param name="overprovisioning">In percent, how much more than the share of it that is left a priority is trusted with.</param>
    /// <param name="draw">Random numbers below a bound.</param>
    public Priorities(ImmutableArray<Level> levels, int overprovisioning, Func<int, int> draw)
    {
        _levels = levels;
        _overprovisioning = overprovisioning;
        _draw = draw;
        _first = Left(levels[0], []);
    }

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        if (avoid.IsEmpty && _first == Whole)
        {
            return _levels[0].Balancer.Pick(avoid, hash);
        }

        var all = 0;
        foreach (var level in _levels)
        {
            all = Math.Min(Whole, all + Left(level, avoid));
        }

        if (all > 0)
        {
            // Of what is left every request finds its place: a key its own, the same each time.
            var at = hash is { } key ? (int)(key % (ulong)all) : _draw(all);
            foreach (var level in _levels)
            {
                at -= Left(level, avoid);
                if (at < 0)
                {
                    return level.Balancer.Pick(avoid, hash);
                }
            }
        }

        return Nearest(avoid, hash);
    }

    // Nothing is left: any is better than none.
    private UpstreamReplica? Nearest(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        foreach (var level in _levels)
        {
            if (level.Balancer.Pick(avoid, hash) is { } picked)
            {
                return picked;
            }
        }

        return null;
    }

    // In percent of what it should carry.
    private int Left(Level level, ImmutableArray<UpstreamReplica> avoid)
    {
        var ready = level.Replicas.Length;
        foreach (var replica in avoid.IsEmpty ? [] : level.Replicas)
        {
            ready -= avoid.Contains(replica) ? 1 : 0;
        }

        var known = level.Replicas.Length + level.Unready;
        return known == 0 ? 0 : (int)Math.Min(Whole, (long)ready * _overprovisioning / known);
    }

    /// <summary>One priority.</summary>
    /// <param name="Replicas">Its ready replicas.</param>
    /// <param name="Balancer">Picks among them.</param>
    /// <param name="Unready">How many more there are that are not ready.</param>
    internal sealed record Level(ImmutableArray<UpstreamReplica> Replicas, IBalancer Balancer, int Unready);
}
