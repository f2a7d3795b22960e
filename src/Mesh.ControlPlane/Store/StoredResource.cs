using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>A resource and where it stands among those of the same name.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Source"><c>api</c>, or the source's name.</param>
/// <param name="File">Path below the source; <see langword="null"/> for <c>api</c>.</param>
/// <param name="ShadowedBy">The source that has the same name and is stronger; <see langword="null"/>: this one is in force.</param>
internal sealed record StoredResource(DeclaredResource Resource, string Source, string? File, string? ShadowedBy)
{
    /// <summary>The source of what was applied over the API.</summary>
    public const string Api = "api";

    /// <summary>Whether it counts.</summary>
    public bool InForce => ShadowedBy is null;
}
