using Mesh.Model.Snapshots;

namespace Mesh.Xds.Tests.Codecs;

/// <summary>A route table in which every field is used by some rule.</summary>
internal static class RichRoutes
{
    private static readonly HeaderModification Headers = new()
    {
        Set = [new("x-set", "1"), new("x-empty", "")],
        Add = [new("x-add", "a"), new("x-add", "b")],
        Remove = ["x-gone"],
    };

    public static RouteTable Table { get; } = new()
    {
        Name = ResourceNames.Outbound(Samples.Port("orders")),
        Rules =
        [
            new RouteRule
            {
                Name = "rich",
                Match = new RouteMatch
                {
                    Path = new PathMatch(PathMatchKind.PathPrefix, "/v2"),
                    Method = "GET",
                    Headers =
                    [
                        new ValueMatch("x-exact", ValueMatchKind.Exact, "1"),
                        new ValueMatch("x-prefix", ValueMatchKind.Prefix, "ab"),
                        new ValueMatch("x-regex", ValueMatchKind.RegularExpression, "a.*"),
                        new ValueMatch("x-there", ValueMatchKind.Present, ""),
                        new ValueMatch("x-not", ValueMatchKind.Absent, ""),
                    ],
                    QueryParameters =
                    [
                        new ValueMatch("q", ValueMatchKind.Exact, "1"),
                        new ValueMatch("p", ValueMatchKind.Prefix, "ab"),
                        new ValueMatch("r", ValueMatchKind.RegularExpression, "a|b"),
                        new ValueMatch("there", ValueMatchKind.Present, ""),
                        new ValueMatch("not", ValueMatchKind.Absent, ""),
                    ],
                },
                Action = new ForwardAction
                {
                    Backends =
                    [
                        new WeightedCluster("shop/orders/http", 90) { RequestHeaders = Headers },
                        new WeightedCluster("shop/orders-next/http", 10) { ResponseHeaders = Headers },
                        new WeightedCluster("shop/gone/http", 0),
                    ],
                    RewriteHost = "orders.example",
                    RewritePath = new PathRewrite(IsPrefix: true, "/v3"),
                    HashPolicies =
                    [
                        new HashPolicy(HashPolicyKind.Header, "customer") { Terminal = true },
                        new HashPolicy(HashPolicyKind.Cookie, "shop") { Ttl = TimeSpan.FromHours(1), Path = "/" },
                        new HashPolicy(HashPolicyKind.Cookie, "session") { Ttl = TimeSpan.Zero },
                        new HashPolicy(HashPolicyKind.Cookie, "theirs"),
                        new HashPolicy(HashPolicyKind.QueryParameter, "id"),
                        new HashPolicy(HashPolicyKind.Source),
                    ],
                },
                RequestHeaders = Headers,
                ResponseHeaders = Headers,
                Timeouts = new RouteTimeouts { Request = TimeSpan.FromSeconds(15), GrpcRequest = TimeSpan.FromSeconds(4), StreamIdle = TimeSpan.FromMinutes(30), Origin = Samples.Somewhere },
                Retry = new RetrySettings
                {
                    Attempts = 4,
                    PerTryTimeout = TimeSpan.FromSeconds(2),
                    BackOffBase = TimeSpan.FromMilliseconds(10),
                    BackOffMax = TimeSpan.FromSeconds(1),
                    On = (RetryOn)2047,
                    Statuses = [425, 500],
                    IdempotentMethods = ["GET", "HEAD"],
                    Origin = Samples.Somewhere,
                },
                Origin = Samples.Somewhere,
            },
            new RouteRule
            {
                Name = "exact, whole path rewritten",
                Match = new RouteMatch { Path = new PathMatch(PathMatchKind.Exact, "/old") },
                Action = new ForwardAction { Backends = [new WeightedCluster("shop/orders/http")], RewritePath = new PathRewrite(IsPrefix: false, @"/n\1ew") },
                Retry = new RetrySettings { Attempts = 0, On = RetryOn.None },
            },
            new RouteRule
            {
                Name = "redirect of everything",
                Match = new RouteMatch { Path = new PathMatch(PathMatchKind.RegularExpression, "/r/.*") },
                Action = new RedirectAction { Status = 308, Scheme = "https", Host = "example.com", Port = 8443, Path = new PathRewrite(false, "/x") },
            },
            new RouteRule
            {
                Name = "redirect of a prefix",
                Match = new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/") },
                Action = new RedirectAction { Path = new PathRewrite(IsPrefix: true, "/y") },
            },
            new RouteRule { Name = "direct", Action = new DirectResponseAction(500, "no such backend; check spec.to[0]") },
            new RouteRule { Name = "bare", Action = new ForwardAction { Backends = [new WeightedCluster("shop/orders/http")] } },
        ],
    };
}
