using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class GrpcRouteExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["every match and filter"] = (
            app => app.Storefront.WithMeshGrpcRoute(
                app.Inventory,
                r => r.Rule("all")
                    .When(m => m.Service("shop.Inventory").Method("Get").Header("a", "b").HeaderPrefix("c", "d").HeaderExpression("e", "f.*").HeaderPresent("g").HeaderAbsent("h"))
                    .When(m => m.Expressions(service: "shop.*"))
                    .SetRequestHeader("a", "1").AddRequestHeader("b", "2").RemoveRequestHeader("c")
                    .SetResponseHeader("d", "3").AddResponseHeader("e", "4").RemoveResponseHeader("f")
                    .Mirror(app.InventoryNext)
                    .Authorize(app.InventoryNext, new() { Grpc = true })
                    .KeepSessions()
                    .To(app.Inventory, weight: 3).To(app.InventoryNext, headers: b => b.SetRequestHeader("a", "5")),
                endpoint: "grpc"),
            """
            kind: GrpcRoute
            metadata: {name: storefront-to-inventory}
            spec:
              targetRef: {kind: Service, name: storefront}
              to:
              - targetRef: {kind: Service, name: inventory, sectionName: grpc}
                rules:
                - name: all
                  matches:
                  - method: {service: shop.Inventory, method: Get}
                    headers:
                    - {name: a, value: b}
                    - {name: c, type: Prefix, value: d}
                    - {name: e, type: RegularExpression, value: f.*}
                    - {name: g, type: Present}
                    - {name: h, type: Absent}
                  - method: {type: RegularExpression, service: shop.*}
                  default:
                    filters:
                    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "1"}], add: [{name: b, value: "2"}], remove: [c]}}
                    - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: d, value: "3"}], add: [{name: e, value: "4"}], remove: [f]}}
                    - {type: RequestMirror, requestMirror: {backendRef: {name: inventory-next}}}
                    - {type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: inventory-next}}}
                    backendRefs:
                    - {name: inventory, weight: 3}
                    - {name: inventory-next, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "5"}]}}]}
                    sessionPersistence: {}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
