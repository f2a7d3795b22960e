using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>
/// Who may call a port. Deny beats allow over all policies together; what no rule allows is refused.
/// A shadow denial is looked at before what allows: it lets the request pass, counted and logged as if it were denied.
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

    /// <summary>Whose tokens the port knows. A request that carries one which is not valid is refused, whatever the rules say.</summary>
    public ImmutableArray<TokenProvider> TokenProviders { get; init; } = [];
}
