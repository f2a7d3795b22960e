using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Serialization.Schemas;

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

    public static ObjectSchema<RouteFilter> Filter { get; } = new ObjectSchema<RouteFilter>(() => new())
        .Value("type", Words.Named<RouteFilterType>(), x => x.Type, (x, v) => x with { Type = v }, required: true)
        .Field("requestHeaderModifier", Headers, x => x.RequestHeaders, (x, v) => x with { RequestHeaders = v })
        .Field("responseHeaderModifier", Headers, x => x.ResponseHeaders, (x, v) => x with { ResponseHeaders = v })
        .Field("requestRedirect", Redirect, x => x.Redirect, (x, v) => x with { Redirect = v })
        .Field("urlRewrite", Rewrite, x => x.Rewrite, (x, v) => x with { Rewrite = v });

    public static ObjectSchema<BackendRef> Backend { get; } = new ObjectSchema<BackendRef>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v }, required: true)
        .Field("namespace", TextSchema.Any, x => x.Namespace, (x, v) => x with { Namespace = v })
        .Field("port", TextSchema.Any, x => x.Port, (x, v) => x with { Port = v })
        .Value("weight", IntegerSchema.Any, x => x.Weight == 1 ? null : x.Weight, (x, v) => x with { Weight = v })
        .List("filters", Filter, x => x.Filters, (x, v) => x with { Filters = v });
}
