using System.Collections.Immutable;

namespace Mesh.Model.Snapshots;

/// <summary>One rule of a permission set: it matches when one of its principals and one of its requests match.</summary>
public sealed record PermissionRule
{
    /// <summary>The callers. Empty: every authenticated identity.</summary>
    public ImmutableArray<PrincipalMatch> Principals { get; init; } = [];

    /// <summary>The requests, for HTTP ports. Empty: all. On a TCP port a rule with requests never matches.</summary>
    public ImmutableArray<RequestMatch> Requests { get; init; } = [];

    /// <summary>The policy or edge that said so.</summary>
    public required Origin Origin { get; init; }
}
