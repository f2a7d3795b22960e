using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>The routes of calls to some upstreams. Where there are any and none matches, a call is answered with UNIMPLEMENTED.</summary>
public sealed record GrpcRouteItem : OutboundEntry
{
    /// <summary>The rules.</summary>
    public ImmutableArray<GrpcRouteRule> Rules { get; init; } = [];

    /// <summary>The same as HTTP has it.</summary>
    internal HttpRouteItem ToHttp() => new() { TargetRef = TargetRef, Rules = [.. Rules.Select(r => r.ToHttp())] };

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. RouteRules.Target(TargetRef, at / "targetRef"),
        .. Rules.SelectMany((rule, i) => rule.Validate((at / "rules")[i])),
        .. RouteRules.Names(Rules.Select(r => r.Name), at / "rules"),
    ];
}
