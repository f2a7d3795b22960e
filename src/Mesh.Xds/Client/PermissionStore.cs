using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Client;

/// <summary>The permissions of every door, taken from listeners as they come, before and apart from the rest of them.</summary>
internal sealed class PermissionStore
{
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);

    private string _settled = "";

    public DoorPermissions Current { get; private set; } = DoorPermissions.Nobody;

    /// <summary>The listeners that the permissions come from.</summary>
    public IEnumerable<XdsResource> Sources => _sources.Values.Select(source => source.Resource);

    /// <summary>Takes a listener's permissions.</summary>
    /// <exception cref="ResourceRefusedException">They are not readable; those before stay.</exception>
    public void Apply(XdsResource listener)
    {
        if (ResourceDecoder.DecodePermissions(listener) is { } permissions)
        {
            _sources[listener.Name] = new(listener, permissions);
        }
        else
        {
            _sources.Remove(listener.Name);
        }
    }

    public void Remove(string listener) => _sources.Remove(listener);

    /// <summary>Puts together what the sources say now.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Settle()
    {
        var versions = string.Join('\n', _sources.Values.Select(source => source.Resource.ToString()).Order(StringComparer.Ordinal));
        if (versions == _settled)
        {
            return false;
        }

        _settled = versions;
        var frontDoors = _sources.Where(source => source.Key != ResourceNames.MeshDoor).SelectMany(source => source.Value.Permissions);
        Current = new(
            _sources.GetValueOrDefault(ResourceNames.MeshDoor)?.Permissions ?? DoorPermissions.Nobody.MeshDoor,
            frontDoors.ToImmutableSortedDictionary(StringComparer.Ordinal));
        return true;
    }

    /// <summary>A snapshot with the permissions of now in its doors.</summary>
    public ProxySnapshot Overlay(ProxySnapshot snapshot) => snapshot with
    {
        Inbound = [.. snapshot.Inbound.Select(port => port with { Permissions = Current.ForPeers(port.Port.Port) })],
        FrontDoors = [.. snapshot.FrontDoors.Select(door => door with { Permissions = Current.ForFrontDoor(door.Port.Port) })],
    };

    private sealed record Source(XdsResource Resource, ImmutableSortedDictionary<string, PermissionSet> Permissions);
}
