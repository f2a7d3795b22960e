using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TrafficPermission;

/// <summary>Who may call the services it is for. Deny beats allow over all policies; what nothing allows is refused.</summary>
public sealed record TrafficPermissionPolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "TrafficPermission";

    /// <summary>The rules; their lists add up.</summary>
    public ImmutableArray<InboundItem<PermissionSettings>> Rules { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. TargetRef.Validate(at / "targetRef"),
        .. Rules.SelectMany((item, i) => item.Validate((at / "rules")[i])),
    ];
}
