using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>What all streams of one profile are served, endpoints apart. Immutable; sets that did not change are the same objects as before.</summary>
internal sealed class ProfileSnapshot
{
    private readonly Dictionary<string, ResourceSet> _byType = [];

    private ProfileSnapshot()
    {
    }

    public ResourceSet this[string typeUrl] => _byType.GetValueOrDefault(typeUrl, ResourceSet.Empty);

    /// <summary>Builds the next snapshot of a profile.</summary>
    /// <param name="resources">Its resources.</param>
    /// <param name="previous">What it replaces.</param>
    /// <param name="keepGone">
    /// Tombstones: listeners and route tables that are gone stay as they were, for clients that do not pick up a resource which was withdrawn and comes back.
    /// Their clusters stay too; their endpoints are empty by then.
    /// </param>
    public static ProfileSnapshot Of(IReadOnlyCollection<XdsResource> resources, ProfileSnapshot? previous, bool keepGone)
    {
        var next = new ProfileSnapshot();
        foreach (var typeUrl in TypeUrls.InOrder.Where(typeUrl => typeUrl != TypeUrls.Endpoints))
        {
            XdsResource[] ofType = [.. resources.Where(resource => resource.TypeUrl == typeUrl)];
            var before = previous?[typeUrl];
            if (before is not null && before.Holds(ofType))
            {
                next._byType[typeUrl] = before;
                continue;
            }

            var gone = keepGone && before is not null ? before.ByName.Values.ExceptBy(ofType.Select(resource => resource.Name), resource => resource.Name, StringComparer.Ordinal) : [];
            var set = ResourceSet.Of([.. ofType, .. gone]);
            next._byType[typeUrl] = set.Version == before?.Version ? before : set;
        }

        return next;
    }

    public bool Same(ProfileSnapshot? other) => other is not null && _byType.All(type => ReferenceEquals(type.Value, other[type.Key]));
}
