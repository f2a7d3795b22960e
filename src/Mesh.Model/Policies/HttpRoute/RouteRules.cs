using Mesh.Model.Policies.Targeting;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Rules that HTTP and TCP routes share.</summary>
internal static class RouteRules
{
    public static IEnumerable<Violation> Target(TargetRef target, FieldPath at) => target.Kind == TargetKind.Mesh
        ? [new(at / "kind", "must be Service but is Mesh; a route belongs to one service")]
        : target.Validate(at);
}
