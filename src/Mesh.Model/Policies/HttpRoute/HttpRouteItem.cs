using System.Collections.Immutable;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>The routes of requests to some upstreams. Where there are any and none matches, the answer is 404.</summary>
public sealed record HttpRouteItem : OutboundEntry
{
    /// <summary>The rules.</summary>
    public ImmutableArray<HttpRouteRule> Rules { get; init; } = [];

    internal override IEnumerable<Violation> Validate(FieldPath at) =>
    [
        .. RouteRules.Target(TargetRef, at / "targetRef"),
        .. Rules.SelectMany((rule, i) => rule.Validate((at / "rules")[i])),
        .. RouteRules.Names(Rules.Select(r => r.Name), at / "rules"),
    ];
}
