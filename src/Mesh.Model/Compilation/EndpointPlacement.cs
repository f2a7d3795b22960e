using System.Collections.Immutable;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Compilation;

/// <summary>Puts the replicas of a cluster in the order in which callers of one zone use them.</summary>
public static class EndpointPlacement
{
    /// <summary>The set for callers of a zone.</summary>
    /// <param name="set">The replicas.</param>
    /// <param name="caller">The callers' zone.</param>
    /// <param name="preference">What they prefer.</param>
    public static EndpointSet For(EndpointSet set, string caller, LocalityPreference preference)
    {
        var distances = new SortedSet<int>();
        var near = new Dictionary<string, int?>(StringComparer.Ordinal);
        var isCounted = preference.FailoverThreshold > 0;
        foreach (var endpoint in isCounted ? set.Endpoints.Concat(set.Unready) : set.Endpoints)
        {
            if (!near.TryGetValue(endpoint.Zone, out var distance))
            {
                near[endpoint.Zone] = distance = preference.Distance(caller, endpoint.Zone);
            }

            if (distance is { } known)
            {
                distances.Add(known);
            }
        }

        // Without gaps, as xDS wants them.
        var priorities = distances.Select((distance, priority) => (distance, priority)).ToDictionary(x => x.distance, x => x.priority);
        return set with
        {
            Endpoints = Placed(set.Endpoints),
            Unready = isCounted ? Placed(set.Unready) : [],
            Overprovisioning = isCounted ? (100 * 100 / preference.FailoverThreshold) + (100 * 100 % preference.FailoverThreshold == 0 ? 0 : 1) : EndpointSet.DefaultOverprovisioning,
        };

        ImmutableArray<Endpoint> Placed(ImmutableArray<Endpoint> endpoints) =>
            [.. endpoints.Where(e => near[e.Zone] is not null).Select(e => e with { Priority = priorities[near[e.Zone]!.Value] })];
    }
}
