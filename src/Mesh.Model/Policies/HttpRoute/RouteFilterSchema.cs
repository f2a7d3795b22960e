using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary>Filters of routes, and backends, which may have filters of their own.</summary>
internal static class RouteFilterSchema
{
    public static ObjectSchema<KeyValuePair<string, string>> Header { get; } = new ObjectSchema<KeyValuePair<string, string>>(() => new("", ""))
        .Field("name", TextSchema.Any, x => x.Key, (x, v) => new(v, x.Value), required: true)
        .Field("value", TextSchema.Any, x => x.Value, (x, v) => new(x.Key, v), required: true);

    private static readonly ObjectSchema<HeaderModification> Headers = new ObjectSchema<HeaderModification>(() => new())
        .List("set", Header, x => x.Set, (x, v) => x with { Set = v })
        .List("add", Header, x => x.Add, (x, v) => x with { Add = v })
        .List("remove", TextSchema.Any, x => x.Remove, (x, v) => x with { Remove = v });

    private static readonly PathRewriteSchema Path = new();

    private static readonly ObjectSchema<RedirectAction> Redirect = new ObjectSchema<RedirectAction>(() => new())
        .Field("scheme", TextSchema.Any, x => x.Scheme, (x, v) => x with { Scheme = v })
        .Field("hostname", TextSchema.Any, x => x.Host, (x, v) => x with { Host = v })
        .Field("path", Path, x => x.Path, (x, v) => x with { Path = v })
        .Value("port", IntegerSchema.Any, x => x.Port, (x, v) => x with { Port = v })
        .Value("statusCode", IntegerSchema.Any, x => x.Status == 302 ? null : x.Status, (x, v) => x with { Status = v });

    private static readonly ObjectSchema<UrlRewrite> Rewrite = new ObjectSchema<UrlRewrite>(() => new())
        .Field("hostname", TextSchema.Any, x => x.Hostname, (x, v) => x with { Hostname = v })
        .Field("path", Path, x => x.Path, (x, v) => x with { Path = v });

    // A service that is named without a share in anything.
    private static readonly ObjectSchema<BackendRef> Service = new ObjectSchema<BackendRef>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("namespace", TextSchema.Any, x => x.Namespace, (x, v) => x with { Namespace = v })
        .Field("port", TextSchema.Any, x => x.Port, (x, v) => x with { Port = v });

    private static readonly ObjectSchema<MirrorFilter> Mirror = new ObjectSchema<MirrorFilter>(() => new())
        .Field("backendRef", Service, x => x.Backend, (x, v) => x with { Backend = v }, required: true)
        .Value("percent", NumberSchema.Any, x => x.Percent, (x, v) => x with { Percent = v })
        .Field("fraction", new ObjectSchema<Fraction>(() => new(0))
            .Value("numerator", IntegerSchema.Any, x => x.Numerator, (x, v) => x with { Numerator = v }, required: true)
            .Value("denominator", IntegerSchema.Any, x => x.Denominator == 100 ? null : x.Denominator, (x, v) => x with { Denominator = v }), x => x.Fraction, (x, v) => x with { Fraction = v });

    private static readonly ObjectSchema<RouteCors> Cors = new ObjectSchema<RouteCors>(() => new())
        .List("allowOrigins", TextSchema.Any, x => x.AllowOrigins, (x, v) => x with { AllowOrigins = v }, required: true, mayBeEmpty: false)
        .Value("allowCredentials", BooleanSchema.Any, x => x.AllowCredentials ? true : null, (x, v) => x with { AllowCredentials = v })
        .List("allowMethods", TextSchema.Any, x => x.AllowMethods, (x, v) => x with { AllowMethods = v })
        .List("allowHeaders", TextSchema.Any, x => x.AllowHeaders, (x, v) => x with { AllowHeaders = v })
        .List("exposeHeaders", TextSchema.Any, x => x.ExposeHeaders, (x, v) => x with { ExposeHeaders = v })
        .Value("maxAge", IntegerSchema.Any, x => x.MaxAge == RouteCors.DefaultMaxAge ? null : (int)x.MaxAge.TotalSeconds, (x, v) => x with { MaxAge = TimeSpan.FromSeconds(v) });

    private static readonly ObjectSchema<ExternalAuthFilter> ExternalAuth = new ObjectSchema<ExternalAuthFilter>(() => new())
        .Value("protocol", new WordSchema<AuthorizationProtocol>(("HTTP", AuthorizationProtocol.Http), ("GRPC", AuthorizationProtocol.Grpc)), x => x.Protocol, (x, v) => x with { Protocol = v }, required: true)
        .Field("backendRef", Service, x => x.Backend, (x, v) => x with { Backend = v }, required: true)
        .Group("grpc", new ObjectSchema<ExternalAuthFilter>(() => new())
            .List("allowedHeaders", TextSchema.Any, x => x.GrpcHeaders, (x, v) => x with { GrpcHeaders = v }))
        .Group("http", new ObjectSchema<ExternalAuthFilter>(() => new())
            .Field("path", TextSchema.Any, x => x.Path, (x, v) => x with { Path = v })
            .List("allowedHeaders", TextSchema.Any, x => x.HttpHeaders, (x, v) => x with { HttpHeaders = v })
            .List("allowedResponseHeaders", TextSchema.Any, x => x.HttpResponseHeaders, (x, v) => x with { HttpResponseHeaders = v }))
        .Group("forwardBody", new ObjectSchema<ExternalAuthFilter>(() => new())
            .Value("maxSize", IntegerSchema.Any, x => x.MaxBody == 0 ? null : x.MaxBody, (x, v) => x with { MaxBody = v }))
        .Value("timeout", DurationSchema.Any, x => x.Timeout, (x, v) => x with { Timeout = v })
        .Value("failOpen", BooleanSchema.Any, x => x.FailOpen ? true : null, (x, v) => x with { FailOpen = v });

    public static ObjectSchema<RouteFilter> Filter { get; } = new ObjectSchema<RouteFilter>(() => new())
        .Value("type", Words.Named<RouteFilterType>(), x => x.Type, (x, v) => x with { Type = v }, required: true)
        .Field("requestHeaderModifier", Headers, x => x.RequestHeaders, (x, v) => x with { RequestHeaders = v })
        .Field("responseHeaderModifier", Headers, x => x.ResponseHeaders, (x, v) => x with { ResponseHeaders = v })
        .Field("requestRedirect", Redirect, x => x.Redirect, (x, v) => x with { Redirect = v })
        .Field("urlRewrite", Rewrite, x => x.Rewrite, (x, v) => x with { Rewrite = v })
        .Field("requestMirror", Mirror, x => x.Mirror, (x, v) => x with { Mirror = v })
        .Field("cors", Cors, x => x.Cors, (x, v) => x with { Cors = v })
        .Field("externalAuth", ExternalAuth, x => x.Authorization, (x, v) => x with { Authorization = v });

    public static ObjectSchema<BackendRef> Backend { get; } = new ObjectSchema<BackendRef>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("namespace", TextSchema.Any, x => x.Namespace, (x, v) => x with { Namespace = v })
        .Field("port", TextSchema.Any, x => x.Port, (x, v) => x with { Port = v })
        .Value("weight", IntegerSchema.Any, x => x.Weight == 1 ? null : x.Weight, (x, v) => x with { Weight = v })
        .List("filters", Filter, x => x.Filters, (x, v) => x with { Filters = v });
}
