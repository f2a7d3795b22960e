namespace Mesh.Proxy.Upstreams;

/// <summary>Why a replica is left out, for people.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">Until when; <see langword="null"/>: until it is well.</param>
internal sealed record OutNote(string Reason, DateTimeOffset Since, DateTimeOffset? Until);
