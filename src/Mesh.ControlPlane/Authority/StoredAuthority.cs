namespace Mesh.ControlPlane.Authority;

/// <summary>The authority as it is stored.</summary>
/// <param name="Content">The record, as JSON.</param>
/// <param name="Version">Which state of it this is; a change is made to a state that was read, and to no other.</param>
internal sealed record StoredAuthority(byte[] Content, string Version);
