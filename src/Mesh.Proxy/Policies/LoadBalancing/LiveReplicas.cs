using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.LoadBalancing;

/// <summary>
/// The replicas that are picked from: without those that are left out, unless too few would remain. Then (in panic) all of them, for a cluster of which much is left out is more
/// likely to suffer from its load, or from us, than from its replicas.
/// </summary>
/// <param name="Replicas">Those.</param>
/// <param name="Announced">The same as the control plane would have announced them: who is left out is not ready.</param>
/// <param name="IsPanic">Whether somebody is used who is left out.</param>
internal sealed record LiveReplicas(ImmutableArray<UpstreamReplica> Replicas, EndpointSet? Announced, bool IsPanic)
{
    private const int Whole = 100;

    /// <summary>Finds them.</summary>
    /// <param name="replicas">All, in the order of <paramref name="announced"/>.</param>
    /// <param name="announced">What the control plane says of them; <see langword="null"/>: nothing.</param>
    /// <param name="panicThreshold">Share of a priority's replicas, in percent, below which all of it are used; 0: never.</param>
    /// <param name="failsInPanic">Whether none of it is used then, instead of all.</param>
    public static LiveReplicas Of(ImmutableArray<UpstreamReplica> replicas, EndpointSet? announced, double panicThreshold, bool failsInPanic = false)
    {
        if (!replicas.Any(replica => replica.IsOut))
        {
            return new(replicas, announced, IsPanic: false);
        }

        var panicking = Panicking(replicas, announced, panicThreshold);
        var live = ImmutableArray.CreateBuilder<UpstreamReplica>(replicas.Length);
        var ready = ImmutableArray.CreateBuilder<Model.Snapshots.Endpoint>();
        var unready = (announced?.Unready ?? []).ToBuilder();
        for (var i = 0; i < replicas.Length; i++)
        {
            var isLive = panicking.Contains(Priority(announced, i)) ? !failsInPanic : !replicas[i].IsOut;
            if (isLive)
            {
                live.Add(replicas[i]);
            }

            if (announced is not null)
            {
                (isLive ? ready : unready).Add(announced.Endpoints[i]);
            }
        }

        return new(live.ToImmutable(), announced is null ? null : announced with { Endpoints = ready.ToImmutable(), Unready = unready.ToImmutable() }, panicking.Count > 0 && !failsInPanic);
    }

    // While what is left of all priorities together carries everything, none has to panic (Envoy's rule).
    private static HashSet<int> Panicking(ImmutableArray<UpstreamReplica> replicas, EndpointSet? announced, double panicThreshold)
    {
        var levels = replicas.Select((replica, i) => (replica.IsOut, Priority: Priority(announced, i))).GroupBy(one => one.Priority)
            .Select(level => (Priority: level.Key, All: level.Count(), Live: level.Count(one => !one.IsOut), Unready: announced?.Unready.Count(endpoint => endpoint.Priority == level.Key) ?? 0))
            .ToList();
        var overprovisioning = announced?.Overprovisioning ?? EndpointSet.DefaultOverprovisioning;
        var carried = levels.Sum(level => Math.Min(Whole, level.Live * overprovisioning / (level.All + level.Unready)));
        return carried >= Whole ? [] : [.. levels.Where(level => level.Live * 100.0 < panicThreshold * level.All).Select(level => level.Priority)];
    }

    private static int Priority(EndpointSet? announced, int index) => announced?.Endpoints[index].Priority ?? 0;
}
