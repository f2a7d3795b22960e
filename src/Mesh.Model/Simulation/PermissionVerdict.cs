using System.Collections.Immutable;

namespace Mesh.Model.Simulation;

/// <summary>What permissions say of a call.</summary>
/// <param name="IsAllowed">Whether it passes.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Origin">The rule that decided.</param>
/// <param name="IsShadowDenied">Whether it passes only because its denial is a rehearsal.</param>
/// <param name="Details">The rules that are about the caller.</param>
internal sealed record PermissionVerdict(bool IsAllowed, string Text, Origin Origin, bool IsShadowDenied, ImmutableArray<StepDetail> Details)
{
    /// <summary>Whether it is refused for want of a token: with 401, and not with 403.</summary>
    public bool NeedsToken { get; init; }
}
