using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>Endpoint sets in the forms that some clients need: made once for all clients of a zone that need the same, gone with the set.</summary>
internal sealed class FormedEndpoints
{
    private readonly ConditionalWeakTable<EndpointSet, ConcurrentDictionary<(string Zone, EndpointForm Form), XdsResource>> _bySet = [];

    /// <summary>A set for clients in a zone.</summary>
    public XdsResource Get(EndpointSet set, string zone, EndpointForm form) => _bySet.GetOrCreateValue(set).GetOrAdd((zone, form), static (key, set) => Make(set, key.Zone, key.Form), set);

    private static XdsResource Make(EndpointSet set, string zone, EndpointForm form)
    {
        var placed = zone.Length > 0 && form.Locality is { } locality ? EndpointPlacement.For(set, zone, locality) : set with { Unready = [] };
        return EndpointCodec.Encode(placed, form.HasFlatLocalities);
    }
}
