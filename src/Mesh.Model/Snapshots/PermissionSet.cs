using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>
/// Who may call a port. Deny beats allow over all policies together; what no rule allows is refused.
/// A shadow denial lets the request pass and counts and logs it as if it were denied.
/// </summary>
public sealed record PermissionSet
{
    /// <summary>Refuses everyone.</summary>
    public static PermissionSet Nobody { get; } = new();

    /// <summary>Rules that refuse. The first that matches names the cause.</summary>
    public ImmutableArray<PermissionRule> Deny { get; init; } = [];

    /// <summary>Rules that let pass, after no denial matched.</summary>
    public ImmutableArray<PermissionRule> Allow { get; init; } = [];

    /// <summary>Rules that let pass but are reported as denials: a rehearsal.</summary>
    public ImmutableArray<PermissionRule> AllowWithShadowDeny { get; init; } = [];
}
