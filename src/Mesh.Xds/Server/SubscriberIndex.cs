using System.Collections.Immutable;

namespace Mesh.Xds.Server;

/// <summary>From a name to the streams that want to hear of it.</summary>
internal sealed class SubscriberIndex
{
    private readonly Lock _writing = new();
    private ImmutableDictionary<string, ImmutableHashSet<ICacheListener>> _byName =
        ImmutableDictionary.Create<string, ImmutableHashSet<ICacheListener>>(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _byName.Keys;

    public ImmutableHashSet<ICacheListener> Of(string name) => _byName.GetValueOrDefault(name, []);

    public void Add(string name, ICacheListener stream)
    {
        lock (_writing)
        {
            _byName = _byName.SetItem(name, Of(name).Add(stream));
        }
    }

    public void Remove(string name, ICacheListener stream)
    {
        lock (_writing)
        {
            var left = Of(name).Remove(stream);
            _byName = left.IsEmpty ? _byName.Remove(name) : _byName.SetItem(name, left);
        }
    }
}
