using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>
/// A table of rows that replicas take turns to claim, each in an order of its own that hangs on its name (Maglev: A Fast and Reliable Software Network Load Balancer, section 3.4):
/// one look into it picks, and every replica has its share to within a row.
/// </summary>
internal sealed class Maglev : IBalancer
{
    private const int Free = -1;

    private readonly ImmutableArray<UpstreamReplica> _replicas;
    private readonly Func<int, int> _draw;
    private readonly int[] _rows;

    public Maglev(ImmutableArray<UpstreamReplica> replicas, int size, Func<int, int> draw)
    {
        _replicas = replicas;
        _draw = draw;
        _rows = new int[size];
        Array.Fill(_rows, Free);
        Claim();
    }

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        var start = hash is { } key ? (int)(key % (ulong)_rows.Length) : _draw(_rows.Length);
        var picked = _replicas[_rows[start]];
        if (avoid.IsEmpty || !avoid.Contains(picked))
        {
            return picked;
        }

        for (var i = 1; i < _rows.Length; i++)
        {
            var next = _replicas[_rows[(start + i) % _rows.Length]];
            if (!avoid.Contains(next))
            {
                return next;
            }
        }

        return Balancing.FirstOther(_replicas, avoid) ?? picked;
    }

    private void Claim()
    {
        var size = (ulong)_rows.Length;
        var claims = _replicas.Select(replica => new Claimant(KeyHash.Of(replica.Name) % size, (KeyHash.Of(replica.Name, seed: 1) % (size - 1)) + 1, replica.Weight)).ToArray();
        var heaviest = claims.Max(claim => claim.Weight);
        var taken = 0;
        for (long turn = 1; ; turn++)
        {
            for (var i = 0; i < claims.Length; i++)
            {
                // A claimant of half the heaviest's weight comes every other turn.
                if (!claims[i].IsDue(turn, heaviest))
                {
                    continue;
                }

                var row = claims[i].Next(size);
                while (_rows[row] != Free)
                {
                    row = claims[i].Next(size);
                }

                _rows[row] = i;
                if (++taken == _rows.Length)
                {
                    return;
                }
            }
        }
    }

    private struct Claimant(ulong offset, ulong skip, int weight)
    {
        private ulong _next = offset;
        private long _due;

        public readonly int Weight => weight;

        public bool IsDue(long turn, int heaviest)
        {
            if (turn * weight < _due)
            {
                return false;
            }

            _due += heaviest;
            return true;
        }

        public int Next(ulong size)
        {
            var row = _next;
            _next = (_next + skip) % size;
            return (int)row;
        }
    }
}
