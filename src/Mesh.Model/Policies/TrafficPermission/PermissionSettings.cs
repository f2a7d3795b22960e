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

    /// <summary>Let pass, and instead of their edges: what <c>uses</c> declares for these callers gives them an address, and allows nothing there by itself any more.</summary>
    public ImmutableArray<CallerMatch> AllowOnly { get; init; } = [];

    /// <summary>Let pass, counted and logged as if refused: a rehearsal.</summary>
    public ImmutableArray<CallerMatch> AllowWithShadowDeny { get; init; } = [];

    /// <summary>The lists under their names.</summary>
    internal IEnumerable<(string Name, ImmutableArray<CallerMatch> Callers)> Lists => [("deny", Deny), ("allow", Allow), ("allowOnly", AllowOnly), ("allowWithShadowDeny", AllowWithShadowDeny)];

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
        Lists.SelectMany(list => list.Callers.SelectMany((caller, i) => caller.Validate((at / list.Name)[i])));
}
