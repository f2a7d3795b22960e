using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>
/// A ring of points, so many for each replica by its weight: a request goes to the owner of the first point at or behind its hash. Points hang on the replica's name alone, and
/// their number on nothing but its weight: one that comes takes its share of the keys from the others, one that goes leaves its own to them, and no key changes between two that stay.
/// </summary>
/// <remarks>Envoy and gRPC divide a ring of one size among the replicas: there some other keys move too, for each has more points the fewer there are. Decision 0060.</remarks>
internal sealed class RingHash : IBalancer
{
    private readonly ImmutableArray<UpstreamReplica> _replicas;
    private readonly Func<int, int> _draw;
    private readonly ulong[] _points;
    private readonly int[] _owners;

    public RingHash(ImmutableArray<UpstreamReplica> replicas, RingSize size, Func<int, int> draw)
    {
        _replicas = replicas;
        _draw = draw;
        var counts = Counts(replicas, size);
        var total = counts.Sum();
        _points = new ulong[total];
        _owners = new int[total];
        var at = 0;
        for (var owner = 0; owner < replicas.Length; owner++)
        {
            at = Place(owner, counts[owner], at);
        }

        Array.Sort(_points, _owners);
    }

    /// <summary>How many points there are.</summary>
    public int Size => _points.Length;

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        var start = hash is { } key ? FirstAtOrBehind(key) : _draw(_points.Length);
        var picked = _replicas[_owners[start]];
        if (avoid.IsEmpty || !avoid.Contains(picked))
        {
            return picked;
        }

        // Onward: where the key would belong if the one avoided were not there.
        if (Balancing.FirstOther(_replicas, avoid) is not null)
        {
            for (var i = 1; i < _points.Length; i++)
            {
                var next = _replicas[_owners[(start + i) % _points.Length]];
                if (!avoid.Contains(next))
                {
                    return next;
                }
            }
        }

        return picked;
    }

    private int FirstAtOrBehind(ulong key)
    {
        var at = Array.BinarySearch(_points, key);
        at = at < 0 ? ~at : at;
        return at == _points.Length ? 0 : at;
    }

    private int Place(int owner, int count, int at)
    {
        var name = _replicas[owner].Name;
        Span<char> text = stackalloc char[name.Length < 200 ? name.Length + 12 : 0];
        for (var i = 0; i < count; i++, at++)
        {
            _points[at] = text.IsEmpty
                ? KeyHash.Of(string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"))
                : KeyHash.Of(text.TryWrite(CultureInfo.InvariantCulture, $"{name}_{i}", out var length) ? text[..length] : name);
            _owners[at] = owner;
        }

        return at;
    }

    private static int[] Counts(ImmutableArray<UpstreamReplica> replicas, RingSize size)
    {
        var unit = replicas.Aggregate(0, (divisor, replica) => Divisor(divisor, replica.Weight));
        var wanted = replicas.Sum(replica => (double)replica.Weight / unit * size.Min);
        var scale = Math.Min(1, size.Max / wanted) * size.Min;
        return [.. replicas.Select(replica => Math.Max(1, (int)(replica.Weight / unit * scale)))];
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
