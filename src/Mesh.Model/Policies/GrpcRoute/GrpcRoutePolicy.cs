using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>Where gRPC calls to a port go, and how they are changed on the way (Gateway API's GRPCRoute, attached to a service). Where one is for a port, HttpRoutes for it are not heard.</summary>
public sealed record GrpcRoutePolicy : Policy
{
    /// <inheritdoc />
    public override string Kind => "GrpcRoute";

    /// <summary>Routes by upstream.</summary>
    public ImmutableArray<GrpcRouteItem> To { get; init; } = [];

    private protected override IEnumerable<Violation> ValidateSpec(FieldPath at) =>
    [
        .. PolicyShape.Validate(TargetRef, at, To.Length, null),
        .. To.SelectMany((item, i) => item.Validate((at / "to")[i])),
    ];
}
