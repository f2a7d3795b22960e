namespace Mesh.Model.Snapshots;

/// <summary>Matches a caller's SPIFFE id.</summary>
/// <param name="Value">The id, or its beginning.</param>
/// <param name="IsPrefix">Whether <paramref name="Value"/> is only a beginning; it then ends at a path segment.</param>
public sealed record PrincipalMatch(string Value, bool IsPrefix = false)
{
    /// <summary>Whether the id is meant. A prefix ends at a segment: <c>…/ns/shop</c> does not match <c>…/ns/shopping/…</c>.</summary>
    public bool Matches(string spiffeId)
    {
        if (!IsPrefix)
        {
            return spiffeId == Value;
        }

        return spiffeId.StartsWith(Value, StringComparison.Ordinal)
            && (spiffeId.Length == Value.Length || Value.EndsWith('/') || spiffeId[Value.Length] == '/');
    }
}
