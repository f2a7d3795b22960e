using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Mesh.Model.Compilation;
using Mesh.Model.Snapshots;
using Mesh.Xds.Codecs;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Server;

/// <summary>
/// Endpoint sets in the forms that some clients need: made once for all clients that need the same, gone with the set. A client says itself in which zone it is, so that zones which make no
/// difference share one form: however many are made up, what is kept is bounded by the set and the policies.
/// </summary>
internal sealed class FormedEndpoints
{
    private readonly ConditionalWeakTable<EndpointSet, Forms> _bySet = [];

    /// <summary>A set for clients in a zone.</summary>
    public XdsResource Get(EndpointSet set, string zone, EndpointForm form) => _bySet.GetValue(set, static set => new(set)).Get(zone, form);

    private sealed class Forms(EndpointSet set)
    {
        private readonly FrozenSet<string> _zones = set.Endpoints.Concat(set.Unready).Select(endpoint => endpoint.Zone).ToFrozenSet(StringComparer.Ordinal);

        // The zone is null where neither the set nor the preference names it: seen from there all such zones are one.
        private readonly ConcurrentDictionary<(string? Zone, EndpointForm Form), XdsResource> _made = new();

        public XdsResource Get(string zone, EndpointForm form)
        {
            var counts = zone.Length == 0 || _zones.Contains(zone) || form.Locality?.Names(zone) == true;
            return _made.GetOrAdd((counts ? zone : null, form), static (key, said) => Make(said.set, said.zone, key.Form), (set, zone));
        }

        private static XdsResource Make(EndpointSet set, string zone, EndpointForm form)
        {
            var placed = zone.Length > 0 && form.Locality is { } locality ? EndpointPlacement.For(set, zone, locality) : set with { Unready = [] };
            return EndpointCodec.Encode(placed, form.HasFlatLocalities);
        }
    }
}
