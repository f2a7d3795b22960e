using System.Text;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>All resources of one type in a snapshot. Immutable.</summary>
internal sealed class ResourceSet
{
    // Made for each change of a profile and read by few streams: one that is quicker to read would cost more to make.
    private readonly Dictionary<string, XdsResource> _byName;

    private ResourceSet(Dictionary<string, XdsResource> byName, string version)
    {
        _byName = byName;
        Version = version;
    }

    public static ResourceSet Empty { get; } = Of([]);

    /// <summary>A hash of names and versions: equal content has an equal version in every process.</summary>
    public string Version { get; }

    public IReadOnlyDictionary<string, XdsResource> ByName => _byName;

    public static ResourceSet Of(IEnumerable<XdsResource> resources)
    {
        var byName = resources.ToDictionary(resource => resource.Name, StringComparer.Ordinal);
        return new(byName, VersionOf(byName.Values));
    }

    /// <summary>Whether these very resources are what it holds; saves hashing what was not even encoded again.</summary>
    public bool Holds(IReadOnlyCollection<XdsResource> resources) =>
        resources.Count == _byName.Count && resources.All(resource => ReferenceEquals(_byName.GetValueOrDefault(resource.Name), resource));

    public static string VersionOf(IEnumerable<XdsResource> resources) => VersionOf(resources.Select(resource => (resource.Name, resource.Version)));

    public static string VersionOf(IEnumerable<(string Name, string Version)> resources)
    {
        var text = new StringBuilder();
        foreach (var (name, version) in resources.OrderBy(resource => resource.Name, StringComparer.Ordinal))
        {
            text.Append(name).Append('\n').Append(version).Append('\n');
        }

        return XdsResource.HashOf(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
