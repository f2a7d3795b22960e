using System.Collections.Immutable;
using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Serialization.Schemas;

namespace Mesh.Model.Policies.TcpRoute;

/// <summary>The spec of kind TcpRoute: an entry of <c>to</c> has exactly one rule, as connections have nothing to match.</summary>
internal static class TcpRouteSchema
{
    private static readonly ObjectSchema<Rule> Rules = new ObjectSchema<Rule>(() => new([]))
        .Group("default", new ObjectSchema<Rule>(() => new([]))
            .List("backendRefs", RouteFilterSchema.Backend, x => x.BackendRefs, (_, v) => new(v), required: true, mayBeEmpty: false));

    private static readonly ObjectSchema<TcpRouteItem> Item = new ObjectSchema<TcpRouteItem>(() => new())
        .Field("targetRef", SharedSchemas.TargetRef, x => x.TargetRef, (x, v) => x with { TargetRef = v }, required: true)
        .Field("rules", new SingleItemSchema<Rule>(Rules), x => new Rule(x.BackendRefs), (x, v) => x with { BackendRefs = v.BackendRefs }, required: true);

    public static ObjectSchema<TcpRoutePolicy> Spec { get; } = SharedSchemas.Spec<TcpRoutePolicy>()
        .List("to", Item, x => x.To, (x, v) => x with { To = v });

    private sealed record Rule(ImmutableArray<BackendRef> BackendRefs);
}
