using System.Collections.Immutable;
using Mesh.Model.Compilation;
using Mesh.Model.Policies.Matching;
using Mesh.Model.Requests;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Simulation;

/// <summary>
/// What is shown of a request that was explained. Explanations are passed around, and what lets whoever reads it act for somebody else is not to get about with them: the headers that are
/// known for it, and every place where a port takes tokens from. Where any port of the mesh does, for a request may be explained to see why it does not come as far as that port.
/// </summary>
internal static class ShownRequest
{
    private const string Hidden = "(not shown)";

    /// <summary>Where ports take tokens from.</summary>
    public static ImmutableArray<TokenPlace> TokenPlaces(CompiledMesh mesh) =>
    [
        .. mesh.Snapshots.Values
            .SelectMany(snapshot => snapshot.Inbound.Select(port => port.Permissions).Concat(snapshot.FrontDoors.Select(door => door.Permissions)))
            .SelectMany(permissions => permissions.TokenProviders)
            .SelectMany(provider => provider.EffectivePlaces)
            .Distinct(),
    ];

    /// <summary>A header.</summary>
    public static KeyValuePair<string, string> Header(KeyValuePair<string, string> header, ImmutableArray<TokenPlace> places) =>
        SecretHeaders.Holds(header.Key) || places.Any(place => place.Kind == TokenPlaceKind.Header && place.Name.Equals(header.Key, StringComparison.OrdinalIgnoreCase))
            ? KeyValuePair.Create(header.Key, Hidden)
            : header;

    /// <summary>Path and query, also where sidecars would refuse them.</summary>
    public static string Target(string target, ImmutableArray<TokenPlace> places)
    {
        var names = places.Where(place => place.Kind == TokenPlaceKind.Query).Select(place => place.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var question = target.IndexOf('?', StringComparison.Ordinal);
        if (names.Count == 0 || question < 0)
        {
            return target;
        }

        var query = target.AsSpan(question).TrimStart('?').ToString();
        return string.Concat(target.AsSpan(0, target.Length - query.Length), string.Join('&', query.Split('&').Select(Parameter)));

        string Parameter(string written)
        {
            var equals = written.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && names.Contains(QueryText.Decoded(written.AsSpan(0, equals))) ? $"{written[..equals]}={Hidden}" : written;
        }
    }
}
