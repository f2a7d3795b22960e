using System.Collections.Immutable;
using Mesh.Model.Resources;

namespace Mesh.ControlPlane.Store;

/// <summary>A text of a source and what counts of it.</summary>
/// <param name="Text">The text as it is now.</param>
/// <param name="Resources">What counts: of a bad text the last good version, with its permissions as narrow as the text says now.</param>
/// <param name="LastGood">The last version in which nothing was wrong; empty before there was one.</param>
/// <param name="Violations">All that is wrong with it now. Empty: it is good.</param>
/// <param name="ReadAt">When it was last read anew.</param>
internal sealed record SourceEntry(
    SourceText Text,
    ImmutableArray<DeclaredResource> Resources,
    ImmutableArray<DeclaredResource> LastGood,
    ImmutableArray<DocumentViolation> Violations,
    DateTimeOffset ReadAt)
{
    /// <summary>Whether nothing is wrong with it.</summary>
    public bool IsGood => Violations.IsEmpty;
}
