using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class HttpRouteExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["canary by header and weight"] = (
            app => app.Orders.WithMeshRoute(r =>
            {
                r.Rule("beta").When(m => m.Header("x-beta", "1")).To(app.OrdersNext);
                r.Rule("rest").To(app.Orders, weight: 90).To(app.OrdersNext, weight: 10);
            }),
            """
            kind: HttpRoute
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                rules:
                - name: beta
                  matches: [{headers: [{name: x-beta, value: "1"}]}]
                  default: {backendRefs: [{name: orders-next}]}
                - name: rest
                  default: {backendRefs: [{name: orders, weight: 90}, {name: orders-next, weight: 10}]}
            """),
        ["every filter"] = (
            app => app.Orders.WithMeshRoute(r => r.Rule()
                .Mirror(app.OrdersNext, percent: 12.5, endpoint: "http").Mirror(app.Payments)
                .Authorize(app.Inventory, new() { Grpc = true, RequestHeaders = ["a"], MaxBody = 10, Timeout = TimeSpan.FromMilliseconds(5), FailOpen = true }, "grpc")
                .Cors(new() { AllowOrigins = ["*"], AllowCredentials = true, AllowMethods = ["PUT"], AllowHeaders = ["b"], ExposeHeaders = ["c"], MaxAge = TimeSpan.FromMinutes(1) })
                .Timeouts(new() { Request = TimeSpan.FromSeconds(2), BackendRequest = TimeSpan.FromSeconds(1) })
                .Retry(new() { Codes = [500], Attempts = 1, BackOff = TimeSpan.FromMilliseconds(7) })
                .KeepSessions(new() { Header = "x-where", AbsoluteTimeout = TimeSpan.FromHours(1), IdleTimeout = TimeSpan.FromMinutes(1) })),
            """
            kind: HttpRoute
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                rules:
                - default:
                    filters:
                    - {type: RequestMirror, requestMirror: {backendRef: {name: orders-next, port: http}, percent: 12.5}}
                    - {type: RequestMirror, requestMirror: {backendRef: {name: pay, namespace: money}}}
                    - type: ExternalAuth
                      externalAuth: {protocol: GRPC, backendRef: {name: inventory, port: grpc}, grpc: {allowedHeaders: [a]}, forwardBody: {maxSize: 10}, timeout: 5ms, failOpen: true}
                    - {type: CORS, cors: {allowOrigins: ["*"], allowCredentials: true, allowMethods: [PUT], allowHeaders: [b], exposeHeaders: [c], maxAge: 60}}
                    timeouts: {request: 2s, backendRequest: 1s}
                    retry: {codes: [500], attempts: 1, backoff: 7ms}
                    sessionPersistence: {type: Header, sessionName: x-where, absoluteTimeout: 1h, idleTimeout: 1m}
            """),
        ["every match"] = (
            app => app.Orders.WithMeshRoute(r => r.Rule()
                .When(m => m.PathPrefix("/v2").Method("GET").Header("a", "b").HeaderPrefix("c", "d").HeaderExpression("e", "f.*").HeaderPresent("g").HeaderAbsent("h"))
                .When(m => m.Path("/old").Query("a", "b").QueryPrefix("c", "d").QueryExpression("e", "f.*").QueryPresent("g").QueryAbsent("h"))
                .When(m => m.PathExpression("/x/[0-9]+"))),
            """
            kind: HttpRoute
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                rules:
                - matches:
                  - path: {type: PathPrefix, value: /v2}
                    method: GET
                    headers:
                    - {name: a, value: b}
                    - {name: c, type: Prefix, value: d}
                    - {name: e, type: RegularExpression, value: f.*}
                    - {name: g, type: Present}
                    - {name: h, type: Absent}
                  - path: {type: Exact, value: /old}
                    queryParams:
                    - {name: a, value: b}
                    - {name: c, type: Prefix, value: d}
                    - {name: e, type: RegularExpression, value: f.*}
                    - {name: g, type: Present}
                    - {name: h, type: Absent}
                  - path: {type: RegularExpression, value: "/x/[0-9]+"}
            """),
        ["headers, rewrite, and headers of one backend"] = (
            app => app.Storefront.WithMeshRoute(
                app.Orders,
                r => r.Rule("v2").When(m => m.PathPrefix("/v2"))
                    .SetRequestHeader("a", "1").AddRequestHeader("b", "2").RemoveRequestHeader("c")
                    .SetResponseHeader("d", "3").AddResponseHeader("e", "4").RemoveResponseHeader("server")
                    .RewriteHost("orders.local").RewritePathPrefix("/")
                    .To(app.OrdersNext, weight: 0, endpoint: "http", headers: b => b
                        .SetRequestHeader("a", "5").AddRequestHeader("b", "6").RemoveRequestHeader("c")
                        .SetResponseHeader("d", "7").AddResponseHeader("e", "8").RemoveResponseHeader("f"))
                    .To(app.Payments),
                endpoint: "http"),
            """
            kind: HttpRoute
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to:
              - targetRef: {kind: Service, name: orders, sectionName: http}
                rules:
                - name: v2
                  matches: [{path: {type: PathPrefix, value: /v2}}]
                  default:
                    filters:
                    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "1"}], add: [{name: b, value: "2"}], remove: [c]}}
                    - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: d, value: "3"}], add: [{name: e, value: "4"}], remove: [server]}}
                    - {type: URLRewrite, urlRewrite: {hostname: orders.local, path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}
                    backendRefs:
                    - name: orders-next
                      port: http
                      weight: 0
                      filters:
                      - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "5"}], add: [{name: b, value: "6"}], remove: [c]}}
                      - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: d, value: "7"}], add: [{name: e, value: "8"}], remove: [f]}}
                    - {name: pay, namespace: money}
            """),
        ["whole path, and redirects"] = (
            app => app.Orders.WithMeshRoute(r =>
            {
                r.Rule().When(m => m.Path("/a")).RewritePath("/b");
                r.Rule().When(m => m.Path("/c")).Redirect(scheme: "https", host: "shop.example", port: 8443, path: "/d", statusCode: 308);
                r.Rule().When(m => m.PathPrefix("/e")).Redirect(pathPrefix: "/f");
            }),
            """
            kind: HttpRoute
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                rules:
                - matches: [{path: {type: Exact, value: /a}}]
                  default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /b}}}]}
                - matches: [{path: {type: Exact, value: /c}}]
                  default:
                    filters:
                    - type: RequestRedirect
                      requestRedirect: {scheme: https, hostname: shop.example, port: 8443, path: {type: ReplaceFullPath, replaceFullPath: /d}, statusCode: 308}
                - matches: [{path: {type: PathPrefix, value: /e}}]
                  default: {filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /f}}}]}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);

    [Fact]
    public void Redirect_PathAndPrefix_ThrowsAtTheCall() =>
        Assert.Throws<ArgumentException>(() => new ShopApp().Orders.WithMeshRoute(r => r.Rule().Redirect(path: "/a", pathPrefix: "/b")));
}
