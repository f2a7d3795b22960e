using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Where requests to an HTTP port go, and how they are changed on the way (Gateway API's HTTPRoute, attached to a service).</summary>
public sealed record HttpRoutePolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "HttpRoute";

    /// <summary>Routes by upstream.</summary>
    public ImmutableArray<HttpRouteItem> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
