using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Lists of callers and requests.</summary>
public sealed record PermissionSettings : PolicySettings
{
    /// <summary>Refused, whatever else allows them.</summary>
    public ImmutableArray<CallerMatch> Deny { get; init; } = [];

    /// <summary>Let pass.</summary>
    public ImmutableArray<CallerMatch> Allow { get; init; } = [];

    /// <summary>Let pass, counted and logged as if refused: a rehearsal.</summary>
    public ImmutableArray<CallerMatch> AllowWithShadowDeny { get; init; } = [];

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. Deny.SelectMany((caller, i) => caller.Validate((at / "deny")[i])),
        .. Allow.SelectMany((caller, i) => caller.Validate((at / "allow")[i])),
        .. AllowWithShadowDeny.SelectMany((caller, i) => caller.Validate((at / "allowWithShadowDeny")[i])),
    ];
}
