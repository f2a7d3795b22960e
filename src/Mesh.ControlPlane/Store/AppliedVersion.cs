using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>One version of a policy that was applied over the API.</summary>
/// <param name="Version">Number of the write, rising over all policies.</param>
/// <param name="At">When.</param>
/// <param name="Who">The API token's name.</param>
/// <param name="Action"><c>apply</c>, <c>delete</c>, <c>undo</c>.</param>
/// <param name="Key">Which policy.</param>
/// <param name="Document">The document as JSON; <see langword="null"/>: the API says nothing about it any more.</param>
/// <param name="Previous">The version that an undo goes back to; <see langword="null"/>: to nothing.</param>
internal sealed record AppliedVersion(long Version, DateTimeOffset At, string Who, string Action, ResourceKey Key, string? Document, long? Previous)
{
    /// <summary>Hash of the document for audit events; <see langword="null"/> where there is none.</summary>
    public string? Hash => Document is null ? null : ContentHash.Of(Document);
}
