using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Serialization.Schemas;

namespace Mesh.Model.Policies.GrpcRoute;

/// <summary>The spec of kind GrpcRoute.</summary>
internal static class GrpcRouteSchema
{
    private static readonly ObjectSchema<GrpcRouteMatch> Match = new ObjectSchema<GrpcRouteMatch>(() => new())
        .Group("method", new ObjectSchema<GrpcRouteMatch>(() => new())
            .Value("type", Words.Named<GrpcMethodMatchKind>(), x => x.Kind == GrpcMethodMatchKind.Exact ? null : x.Kind, (x, v) => x with { Kind = v })
            .Field("service", TextSchema.Any, x => x.Service, (x, v) => x with { Service = v })
            .Field("method", TextSchema.Any, x => x.Method, (x, v) => x with { Method = v }))
        .List("headers", SharedSchemas.Value, x => x.Headers, (x, v) => x with { Headers = v }, mayBeEmpty: false);

    private static readonly ObjectSchema<GrpcRouteRule> Rule = new ObjectSchema<GrpcRouteRule>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v })
        .List("matches", Match, x => x.Matches, (x, v) => x with { Matches = v }, mayBeEmpty: false)
        .Group("default", new ObjectSchema<GrpcRouteRule>(() => new())
            .Value("filters", new ListSchema<RouteFilter>(RouteFilterSchema.Filter), x => x.Filters, (x, v) => x with { Filters = v })
            .Value("backendRefs", new ListSchema<BackendRef>(RouteFilterSchema.Backend, mayBeEmpty: false), x => x.BackendRefs, (x, v) => x with { BackendRefs = v })
            .Field("sessionPersistence", HttpRouteSchema.Session, x => x.Session, (x, v) => x with { Session = v }));

    private static readonly ObjectSchema<GrpcRouteItem> Item = new ObjectSchema<GrpcRouteItem>(() => new())
        .Field("targetRef", SharedSchemas.TargetRef, x => x.TargetRef, (x, v) => x with { TargetRef = v }, required: true)
        .List("rules", Rule, x => x.Rules, (x, v) => x with { Rules = v }, required: true, mayBeEmpty: false);

    public static ObjectSchema<GrpcRoutePolicy> Spec { get; } = SharedSchemas.Spec<GrpcRoutePolicy>()
        .List("to", Item, x => x.To, (x, v) => x with { To = v });
}
