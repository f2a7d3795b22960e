namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>What permissions say of a request.</summary>
/// <param name="IsAllowed">Whether it may pass.</param>
/// <param name="Rule">The rule that refused it, or that would once its rehearsal is over; <see langword="null"/>: no rule matched, or an allowing one did.</param>
/// <param name="IsShadowDenied">Whether it passes only because the denial is a rehearsal.</param>
/// <param name="NeedsToken">Whether it is refused for want of a token.</param>
internal readonly record struct PermissionDecision(bool IsAllowed, CompiledPermissionRule? Rule = null, bool IsShadowDenied = false, bool NeedsToken = false)
{
    /// <summary>Where <see cref="Rule"/> comes from.</summary>
    public string? Origin => Rule?.Origin;
}
