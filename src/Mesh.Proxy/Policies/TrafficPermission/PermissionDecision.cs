namespace Mesh.Proxy.Policies.TrafficPermission;

/// <summary>What permissions say of a request.</summary>
/// <param name="IsAllowed">Whether it may pass.</param>
/// <param name="Origin">The rule that refused it, or that would once its rehearsal is over; <see langword="null"/>: no rule matched, or an allowing one did.</param>
/// <param name="IsShadowDenied">Whether it passes only because the denial is a rehearsal.</param>
internal readonly record struct PermissionDecision(bool IsAllowed, string? Origin = null, bool IsShadowDenied = false);
