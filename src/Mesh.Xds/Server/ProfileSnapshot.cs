using System.Collections.Immutable;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>What all streams of one profile are served, endpoints apart. Immutable; sets that did not change are the same objects as before.</summary>
internal sealed class ProfileSnapshot
{
    private readonly Dictionary<string, ResourceSet> _byType = [];
    private ImmutableHashSet<string> _gone = [];

    private ProfileSnapshot()
    {
    }

    public ResourceSet this[string typeUrl] => _byType.GetValueOrDefault(typeUrl, ResourceSet.Empty);

    /// <summary>Whether endpoints of a cluster may be told: it is one of the profile's.</summary>
    public bool Knows(string cluster) => this[TypeUrls.Cluster].ByName.ContainsKey(cluster);

    /// <summary>Whether a cluster is no more than a tombstone, which has no endpoints whoever else may reach them.</summary>
    public bool IsGone(string cluster) => _gone.Contains(cluster);

    /// <summary>Whether clusters are the same as those of another snapshot, and as much there or gone.</summary>
    public bool HasSameClusters(ProfileSnapshot other) => ReferenceEquals(this[TypeUrls.Cluster], other[TypeUrls.Cluster]) && ReferenceEquals(_gone, other._gone);

    /// <summary>Builds the next snapshot of a profile.</summary>
    /// <param name="built">Its resources.</param>
    /// <param name="previous">What it replaces.</param>
    /// <param name="keepGone">
    /// Tombstones: listeners and route tables that are gone stay as they were, for clients that do not pick up a resource which was withdrawn and comes back.
    /// Their clusters stay too, without endpoints.
    /// </param>
    public static ProfileSnapshot Of(BuiltSnapshot built, ProfileSnapshot? previous, bool keepGone)
    {
        var next = new ProfileSnapshot();
        if (keepGone && previous is not null)
        {
            var there = built.Resources.Where(resource => resource.TypeUrl == TypeUrls.Cluster).Select(resource => resource.Name);
            ImmutableHashSet<string> gone = [.. previous[TypeUrls.Cluster].ByName.Keys.Except(there, StringComparer.Ordinal)];
            next._gone = gone.SetEquals(previous._gone) ? previous._gone : gone;
        }

        foreach (var typeUrl in TypeUrls.InOrder.Where(typeUrl => typeUrl != TypeUrls.Endpoints))
        {
            XdsResource[] ofType = [.. built.Resources.Where(resource => resource.TypeUrl == typeUrl)];
            var before = previous?[typeUrl];
            if (before is not null && before.Holds(ofType))
            {
                next._byType[typeUrl] = before;
                continue;
            }

            var gone = keepGone && before is not null ? before.ByName.Values.ExceptBy(ofType.Select(resource => resource.Name), resource => resource.Name, StringComparer.Ordinal) : [];
            var set = ResourceSet.Of([.. ofType, .. gone], [.. built.Templates.Where(template => template.TypeUrl == typeUrl)]);
            next._byType[typeUrl] = set.Version == before?.Version ? before : set;
        }

        return next;
    }

    public bool Same(ProfileSnapshot? other) => other is not null && ReferenceEquals(_gone, other._gone) && _byType.All(type => ReferenceEquals(type.Value, other[type.Key]));
}
