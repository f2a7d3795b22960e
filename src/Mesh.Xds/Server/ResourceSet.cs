using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>All resources of one type in a snapshot. Immutable.</summary>
internal sealed class ResourceSet
{
    /// <summary>How many resources made from templates are kept; a service has a handful of servers, and whoever asks for more makes them be made again.</summary>
    private const int MaxMade = 256;

    // Made for each change of a profile and read by few streams: one that is quicker to read would cost more to make.
    private readonly Dictionary<string, XdsResource> _byName;
    private readonly ImmutableArray<XdsTemplate> _templates;
    private readonly ConcurrentDictionary<string, XdsResource> _made = new(StringComparer.Ordinal);

    private ResourceSet(Dictionary<string, XdsResource> byName, ImmutableArray<XdsTemplate> templates, string version)
    {
        _byName = byName;
        _templates = templates;
        Version = version;
    }

    public static ResourceSet Empty { get; } = new([], [], VersionOf(Array.Empty<XdsResource>()));

    /// <summary>A hash of names and versions: equal content has an equal version in every process.</summary>
    public string Version { get; }

    /// <summary>The resources that are there; those that are made when they are asked for are not among them.</summary>
    public IReadOnlyDictionary<string, XdsResource> ByName => _byName;

    public static ResourceSet Of(IEnumerable<XdsResource> resources, ImmutableArray<XdsTemplate> templates)
    {
        var byName = resources.ToDictionary(resource => resource.Name, StringComparer.Ordinal);
        return byName.Count == 0 && templates.IsEmpty ? Empty : new(byName, templates, VersionOf(byName.Values.Concat(templates.Select(template => template.Sample))));
    }

    /// <summary>The resource of a name, made where need be; <see langword="null"/>: there is none.</summary>
    public XdsResource? Find(string name)
    {
        if (_byName.TryGetValue(name, out var found) || _templates.IsEmpty || _made.TryGetValue(name, out found))
        {
            return found;
        }

        found = _templates.FirstOrDefault(template => name.StartsWith(template.Prefix, StringComparison.Ordinal))?.Make(name);
        return found is null || _made.Count >= MaxMade ? found : _made.GetOrAdd(name, found);
    }

    /// <summary>Whether these very resources are what it holds; saves hashing what was not even encoded again.</summary>
    public bool Holds(IReadOnlyCollection<XdsResource> resources) =>
        _templates.IsEmpty && resources.Count == _byName.Count && resources.All(resource => ReferenceEquals(_byName.GetValueOrDefault(resource.Name), resource));

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
