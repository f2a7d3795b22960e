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

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
