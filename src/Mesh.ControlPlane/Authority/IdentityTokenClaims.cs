namespace Mesh.ControlPlane.Authority;

/// <summary>What a token says.</summary>
/// <param name="Id">Names the token in audit events.</param>
/// <param name="SpiffeId">The one identity it proves the right to.</param>
/// <param name="ExpiresAt">From when it is worth nothing.</param>
internal sealed record IdentityTokenClaims(string Id, string SpiffeId, DateTimeOffset ExpiresAt);
