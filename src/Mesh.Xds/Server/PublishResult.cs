using System.Collections.Immutable;
using Mesh.Xds.Validation;

namespace Mesh.Xds.Server;

/// <summary>What became of a snapshot or endpoint set.</summary>
/// <param name="Changed">Whether anything differs from what was served before.</param>
/// <param name="Violations">Why it was not published; then what was served before still is. Empty: it was.</param>
public sealed record PublishResult(bool Changed, ImmutableArray<XdsViolation> Violations)
{
    /// <summary>Whether it is served now.</summary>
    public bool Published => Violations.IsEmpty;
}
