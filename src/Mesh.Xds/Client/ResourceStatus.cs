namespace Mesh.Xds.Client;

/// <summary>How it stands with one resource.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Version">The version that is accepted; empty: none.</param>
/// <param name="UpdatedAt">When it was.</param>
/// <param name="Error">Why the last one was refused.</param>
/// <param name="RefusedVersion">Which one was.</param>
internal sealed record ResourceStatus(ResourceState State, string Version, DateTimeOffset UpdatedAt, string? Error = null, string? RefusedVersion = null);
