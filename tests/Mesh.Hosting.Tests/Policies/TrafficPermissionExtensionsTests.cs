using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class TrafficPermissionExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["the verbs add up"] = (
            app => app.Mesh
                .Allow(app.Storefront, app.Orders)
                .Deny(app.Storefront, app.Orders, r => r.Methods = ["DELETE", "PUT"])
                .AllowWithShadowDeny(app.Backoffice, app.Orders, r => r.PathPrefixes = ["/admin"]),
            """
            kind: TrafficPermission
            metadata: {name: orders}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {allow: [{service: storefront}]}
              - default: {deny: [{service: storefront, methods: [DELETE, PUT]}]}
              - default: {allowWithShadowDeny: [{service: backoffice, paths: [{type: PathPrefix, value: /admin}]}]}
            """),
        ["instead of references"] = (
            app => app.Mesh
                .AllowOnly(app.Storefront, app.Orders, r => (r.Methods, r.Paths) = (["POST"], ["/orders"]))
                .AllowOnly(MeshIdentity.Prefix("spiffe://shop.local/ns/web"), app.Orders, r => r.Methods = ["GET"]),
            """
            kind: TrafficPermission
            metadata: {name: orders}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {allowOnly: [{service: storefront, methods: [POST], paths: [{type: Exact, value: /orders}]}]}
              - default: {allowOnly: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web"}, methods: [GET]}]}
            """),
        ["paths of every kind, one endpoint"] = (
            app => app.Mesh.Allow(app.Storefront, app.Orders, r => (r.Paths, r.PathPrefixes, r.PathExpressions) = (["/a"], ["/b"], ["/c/[0-9]+"]), endpoint: "http"),
            """
            kind: TrafficPermission
            metadata: {name: orders-http}
            spec:
              targetRef: {kind: Service, name: orders, sectionName: http}
              rules:
              - default:
                  allow:
                  - service: storefront
                    paths: [{type: Exact, value: /a}, {type: PathPrefix, value: /b}, {type: RegularExpression, value: "/c/[0-9]+"}]
            """),
        ["callers outside the app"] = (
            app => app.Mesh
                .Allow(MeshIdentity.Exact("spiffe://partner.example/ns/web/sa/portal"), app.Orders)
                .Deny(MeshIdentity.Developer, app.Orders)
                .AllowWithShadowDeny(MeshIdentity.Prefix("spiffe://shop.local/ns/web"), app.Orders),
            """
            kind: TrafficPermission
            metadata: {name: orders}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {allow: [{spiffeId: {type: Exact, value: "spiffe://partner.example/ns/web/sa/portal"}}]}
              - default: {deny: [{spiffeId: {type: Exact, value: "spiffe://shop.local/developer"}}]}
              - default: {allowWithShadowDeny: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/web"}}]}
            """),
        ["headers, gRPC, tokens, everybody"] = (
            app => app.Mesh
                .Allow(app.Storefront, app.Orders, r => (r.Grpc, r.Headers) = (["shop.Orders/Get", "shop.Admin"],
                    [new() { Name = "a" }, new() { Name = "b", Value = "1" }, new() { Name = "c", Prefix = "2" }, new() { Name = "d", Expression = "[0-9]" }, new() { Name = "e", Absent = true }]))
                .Allow(MeshIdentity.Anyone, app.Orders, r => r.Token = new() { Issuer = Accounts(), Claims = [new() { Path = ["realm", "roles"], Contains = ["admin"] }, new() { Path = ["sub"], Values = ["ann"] }] })
                .Deny(MeshIdentity.Anyone, app.Orders, r => r.Token = new() { Issuer = Accounts(), Missing = true }),
            """
            kind: TrafficPermission
            metadata: {name: orders}
            spec:
              targetRef: {kind: Service, name: orders}
              jwtProviders:
              - {name: accounts, issuer: i, jwks: {file: /keys.json}, from: [{header: x-t, prefix: T}, {cookie: c}, {query: q}], clockSkew: 5s, forward: false}
              rules:
              - default:
                  allow:
                  - service: storefront
                    grpc: [{service: shop.Orders, method: Get}, {service: shop.Admin}]
                    headers: [{name: a, type: Present}, {name: b, value: "1"}, {name: c, type: Prefix, value: "2"}, {name: d, type: RegularExpression, value: "[0-9]"}, {name: e, type: Absent}]
              - default: {allow: [{anyone: true, jwt: {provider: accounts, claims: [{path: [realm, roles], contains: [admin]}, {path: [sub], values: [ann]}]}}]}
              - default: {deny: [{anyone: true, jwt: {provider: accounts, missing: true}}]}
            """),
        ["every service, all services, other namespaces"] = (
            app => app.Mesh
                .Allow(app.Mesh, app.Payments)
                .Deny(app.Storefront, app.Payments)
                .Allow(app.Backoffice, app.Mesh),
            """
            kind: TrafficPermission
            metadata: {name: pay, namespace: money}
            spec:
              targetRef: {kind: Service, name: pay}
              rules:
              - default: {allow: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/"}}]}
              - default: {deny: [{service: default/storefront}]}
            ---
            kind: TrafficPermission
            metadata: {name: all, namespace: mesh-system}
            spec: {rules: [{default: {allow: [{service: default/backoffice}]}}]}
            """),
    };

    private static MeshTokenIssuer Accounts() => new()
    {
        Name = "accounts",
        Issuer = "i",
        KeysFile = "/keys.json",
        Header = "x-t",
        HeaderPrefix = "T",
        Cookie = "c",
        Query = "q",
        ClockSkew = TimeSpan.FromSeconds(5),
        Forward = false,
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
