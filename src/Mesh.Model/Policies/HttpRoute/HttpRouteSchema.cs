using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>The spec of kind HttpRoute.</summary>
internal static class HttpRouteSchema
{
    public static ObjectSchema<RouteMatch> Match { get; } = new ObjectSchema<RouteMatch>(() => new())
        .Field("path", SharedSchemas.Path, x => x.Path, (x, v) => x with { Path = v })
        .Field("method", TextSchema.Any, x => x.Method, (x, v) => x with { Method = v })
        .List("headers", SharedSchemas.Value, x => x.Headers, (x, v) => x with { Headers = v }, mayBeEmpty: false)
        .List("queryParams", SharedSchemas.Value, x => x.QueryParameters, (x, v) => x with { QueryParameters = v }, mayBeEmpty: false);

    private static readonly ObjectSchema<RuleTimeouts> Timeouts = new ObjectSchema<RuleTimeouts>(() => new())
        .Value("request", DurationSchema.Any, x => x.Request, (x, v) => x with { Request = v })
        .Value("backendRequest", DurationSchema.Any, x => x.BackendRequest, (x, v) => x with { BackendRequest = v });

    private static readonly ObjectSchema<RuleRetry> Retry = new ObjectSchema<RuleRetry>(() => new())
        .List("codes", IntegerSchema.Any, x => x.Codes, (x, v) => x with { Codes = v }, mayBeEmpty: false)
        .Value("attempts", IntegerSchema.Any, x => x.Attempts, (x, v) => x with { Attempts = v })
        .Value("backoff", DurationSchema.Any, x => x.BackOff, (x, v) => x with { BackOff = v });

    /// <summary>Session persistence, which rules of every kind of route have.</summary>
    internal static ObjectSchema<RuleSession> Session { get; } = new ObjectSchema<RuleSession>(() => new())
        .Value("type", Words.Named<SessionKind>(), x => x.Kind == SessionKind.Cookie ? null : x.Kind, (x, v) => x with { Kind = v })
        .Field("sessionName", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v })
        .Value("absoluteTimeout", DurationSchema.Any, x => x.AbsoluteTimeout, (x, v) => x with { AbsoluteTimeout = v })
        .Value("idleTimeout", DurationSchema.Any, x => x.IdleTimeout, (x, v) => x with { IdleTimeout = v })
        .Group("cookieConfig", new ObjectSchema<RuleSession>(() => new())
            .Value("lifetimeType", new WordSchema<bool>(("Session", false), ("Permanent", true)), x => x.IsPermanent ? true : null, (x, v) => x with { IsPermanent = v }));

    private static readonly ObjectSchema<HttpRouteRule> Rule = new ObjectSchema<HttpRouteRule>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v })
        .List("matches", Match, x => x.Matches, (x, v) => x with { Matches = v }, mayBeEmpty: false)
        .Group("default", new ObjectSchema<HttpRouteRule>(() => new())
            .Value("filters", new ListSchema<RouteFilter>(RouteFilterSchema.Filter), x => x.Filters, (x, v) => x with { Filters = v })
            .Value("backendRefs", new ListSchema<BackendRef>(RouteFilterSchema.Backend, mayBeEmpty: false), x => x.BackendRefs, (x, v) => x with { BackendRefs = v })
            .Field("timeouts", Timeouts, x => x.Timeouts, (x, v) => x with { Timeouts = v })
            .Field("retry", Retry, x => x.Retry, (x, v) => x with { Retry = v })
            .Field("sessionPersistence", Session, x => x.Session, (x, v) => x with { Session = v }));

    private static readonly ObjectSchema<HttpRouteItem> Item = new ObjectSchema<HttpRouteItem>(() => new())
        .Field("targetRef", SharedSchemas.TargetRef, x => x.TargetRef, (x, v) => x with { TargetRef = v }, required: true)
        .List("rules", Rule, x => x.Rules, (x, v) => x with { Rules = v }, required: true, mayBeEmpty: false);

    public static ObjectSchema<HttpRoutePolicy> Spec { get; } = SharedSchemas.Spec<HttpRoutePolicy>()
        .List("to", Item, x => x.To, (x, v) => x with { To = v });

    /// <summary>What a match says, to find rules of several policies for the same requests.</summary>
    public static string Canonical(RouteMatch match) => JsonDocumentWriter.Write(Match.Write(match));
}
