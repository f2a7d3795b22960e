using System.Collections.Immutable;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>
/// Of two drawn by weight the one where a request is expected to wait less: what answers took lately, times those that are waited for. A replica of which nothing is known is tried with one
/// request, and then not again before it has answered.
/// </summary>
internal sealed class PeakEwma(ImmutableArray<UpstreamReplica> replicas, TimeSpan decay, Func<int, int> draw, TimeProvider time) : IBalancer
{
    // Ticks: more than anything that is known, and TCP tunnels, of which nothing is ever known, go by how many there are.
    private const double Unknown = 1e15;

    private readonly WeightedRandom _random = new(replicas, draw);
    private readonly double _decay = decay.TotalSeconds * time.TimestampFrequency;

    /// <inheritdoc />
    public UpstreamReplica? Pick(ImmutableArray<UpstreamReplica> avoid, ulong? hash)
    {
        var first = _random.Draw();
        var second = _random.Draw();
        if (ReferenceEquals(first, second))
        {
            // The same one twice is no choice: look at its neighbour.
            second = replicas[(replicas.IndexOf(first) + 1) % replicas.Length];
        }

        if (!avoid.IsEmpty)
        {
            if (avoid.Contains(first) || avoid.Contains(second))
            {
                return !avoid.Contains(first) ? first : !avoid.Contains(second) ? second : Balancing.FirstOther(replicas, avoid) ?? first;
            }
        }

        var now = time.GetTimestamp();
        return Cost(second, now) < Cost(first, now) ? second : first;
    }

    private double Cost(UpstreamReplica replica, long now)
    {
        var inFlight = replica.InFlight;
        var latency = replica.Latency.Get(now, _decay);
        return latency > 0 ? latency * (inFlight + 1) / replica.Weight : Unknown * inFlight / replica.Weight;
    }
}
