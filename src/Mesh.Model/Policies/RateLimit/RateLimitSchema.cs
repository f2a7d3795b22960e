using Mesh.Model.Policies.HttpRoute;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;

namespace Mesh.Model.Policies.RateLimit;

/// <summary>The spec of kind RateLimit.</summary>
internal static class RateLimitSchema
{
    private static readonly ObjectSchema<Rate> Rate = new ObjectSchema<Rate>(() => new(1, TimeSpan.FromSeconds(1)))
        .Value("num", IntegerSchema.Any, x => x.Num, (x, v) => x with { Num = v }, required: true)
        .Value("interval", DurationSchema.Any, x => x.Interval, (x, v) => x with { Interval = v }, required: true)
        .Value("burst", IntegerSchema.Any, x => x.Burst == 0 ? null : x.Burst, (x, v) => x with { Burst = v == 0 ? -1 : v }); // 0 that is written is a mistake

    private static readonly ObjectSchema<RateLimitRoute> Route = new ObjectSchema<RateLimitRoute>(() => new())
        .Field("name", TextSchema.Any, x => x.Name, (x, v) => x with { Name = v })
        .List("matches", HttpRouteSchema.Match, x => x.Matches, (x, v) => x with { Matches = v }, required: true, mayBeEmpty: false)
        .Value("requestRate", Rate, x => x.Requests, (x, v) => x with { Requests = v })
        .Value("disabled", BooleanSchema.Any, x => x.Disabled, (x, v) => x with { Disabled = v });

    private static readonly ObjectSchema<RateLimitSettings> Headers = new ObjectSchema<RateLimitSettings>(() => new())
        .Value("set", new ListSchema<KeyValuePair<string, string>>(RouteFilterSchema.Header), x => x.SetHeaders, (x, v) => x with { SetHeaders = v })
        .Value("add", new ListSchema<KeyValuePair<string, string>>(RouteFilterSchema.Header), x => x.AddHeaders, (x, v) => x with { AddHeaders = v });

    private static readonly ObjectSchema<RateLimitSettings> Settings = new ObjectSchema<RateLimitSettings>(() => new())
        .Group("http", new ObjectSchema<RateLimitSettings>(() => new())
            .Value("disabled", BooleanSchema.Any, x => x.HttpDisabled, (x, v) => x with { HttpDisabled = v })
            .Value("requestRate", Rate, x => x.Requests, (x, v) => x with { Requests = v })
            .Value("routes", new ListSchema<RateLimitRoute>(Route), x => x.Routes, (x, v) => x with { Routes = v })
            .Value("announce", BooleanSchema.Any, x => x.Announce, (x, v) => x with { Announce = v })
            .Group("onRateLimit", new ObjectSchema<RateLimitSettings>(() => new())
                .Value("status", IntegerSchema.Any, x => x.Status, (x, v) => x with { Status = v })
                .Group("headers", Headers)))
        .Group("tcp", new ObjectSchema<RateLimitSettings>(() => new())
            .Value("disabled", BooleanSchema.Any, x => x.TcpDisabled, (x, v) => x with { TcpDisabled = v })
            .Value("connectionRate", Rate, x => x.Connections, (x, v) => x with { Connections = v }));

    public static ObjectSchema<RateLimitPolicy> Spec { get; } = SharedSchemas.Spec<RateLimitPolicy>()
        .List("rules", SharedSchemas.RuleByCaller(Settings), x => x.Rules, (x, v) => x with { Rules = v });
}
