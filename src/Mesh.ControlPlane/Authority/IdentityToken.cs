using Mesh.Model.Identity;

namespace Mesh.ControlPlane.Authority;

/// <summary>A token that was issued.</summary>
/// <param name="Text">The secret.</param>
/// <param name="Id">Names it where the secret may not be seen.</param>
/// <param name="SpiffeId">The one identity it proves the right to.</param>
/// <param name="ExpiresAt">From when it is worth nothing.</param>
internal sealed record IdentityToken(string Text, string Id, SpiffeId SpiffeId, DateTimeOffset ExpiresAt);
