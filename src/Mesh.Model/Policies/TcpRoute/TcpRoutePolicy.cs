using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.TcpRoute;

/// <summary>Where connections to a tcp port go.</summary>
public sealed record TcpRoutePolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "TcpRoute";

    /// <summary>Routes by upstream.</summary>
    public ImmutableArray<TcpRouteItem> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
