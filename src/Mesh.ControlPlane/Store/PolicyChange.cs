using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>A write to a policy of the API.</summary>
/// <param name="Key">Which.</param>
/// <param name="Document">The new document as JSON; <see langword="null"/>: none.</param>
internal sealed record PolicyChange(ResourceKey Key, string? Document);
