using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class LoadBalancingExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["round robin for everybody"] = (
            app => app.Orders.WithMeshLoadBalancing(b => b.Type = MeshBalancing.RoundRobin),
            "kind: LoadBalancing\nmetadata: {name: orders}\nspec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: RoundRobin}}]}"),
        ["choices and wire of one caller"] = (
            app => app.Storefront.WithMeshLoadBalancing(app.Orders, b => (b.Type, b.ChoiceCount, b.Wire) = (MeshBalancing.LeastRequest, 4, MeshWire.Http2)),
            """
            kind: LoadBalancing
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders}, default: {type: LeastRequest, leastRequest: {choiceCount: 4}, wire: Http2}}]
            """),
        ["ring by header and cookie"] = (
            app => app.Orders.WithMeshLoadBalancing(b =>
            {
                b.Type = MeshBalancing.RingHash;
                (b.MinRingSize, b.MaxRingSize) = (100, 10_000);
                b.HashBy = [new() { Header = "customer", Terminal = true }, new() { Cookie = "shop", CookieTtl = TimeSpan.FromHours(1), CookiePath = "/" }];
            }),
            """
            kind: LoadBalancing
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                default:
                  type: RingHash
                  ringHash: {minRingSize: 100, maxRingSize: 10000}
                  hashPolicies: [{type: Header, header: {name: customer}, terminal: true}, {type: Cookie, cookie: {name: shop, ttl: 1h, path: /}}]
            """),
        ["table by parameter and source"] = (
            app => app.Orders.WithMeshLoadBalancing(b => (b.Type, b.TableSize, b.HashBy) = (MeshBalancing.Maglev, 251, [new() { QueryParameter = "id" }, new() { Source = true }])),
            """
            kind: LoadBalancing
            metadata: {name: orders}
            spec:
              to: [{targetRef: {kind: Service, name: orders}, default: {type: Maglev, maglev: {tableSize: 251}, hashPolicies: [{type: QueryParameter, queryParameter: {name: id}}, {type: Source}]}}]
            """),
        ["peak EWMA with a slow start"] = (
            app => app.Orders.WithMeshLoadBalancing(b =>
            {
                (b.Type, b.Decay) = (MeshBalancing.PeakEwma, TimeSpan.FromSeconds(5));
                (b.SlowStartWindow, b.SlowStartMinWeightPercent) = (TimeSpan.FromMinutes(1), 20);
            }),
            """
            kind: LoadBalancing
            metadata: {name: orders}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: PeakEwma, peakEwma: {decay: 5s}, slowStart: {window: 1m, minWeightPercent: 20}}}]}
            """),
        ["own zone first"] = (
            app => app.Orders.WithMeshLoadBalancing(b => b.LocalityAwareness = new()),
            "kind: LoadBalancing\nmetadata: {name: orders}\nspec: {to: [{targetRef: {kind: Service, name: orders}, default: {localityAwareness: {}}}]}"),
        ["failover step by step"] = (
            app => app.Orders.WithMeshLoadBalancing(b => b.LocalityAwareness = new()
            {
                FailoverThreshold = 70,
                Failover = [new() { From = ["north"], To = ["south"] }, new() { Except = ["moon"] }, new() { From = ["moon"], Nowhere = true }, new()],
            }),
            """
            kind: LoadBalancing
            metadata: {name: orders}
            spec:
              to:
              - targetRef: {kind: Service, name: orders}
                default:
                  localityAwareness:
                    crossZone:
                      failover:
                      - {from: {zones: [north]}, to: {type: Only, zones: [south]}}
                      - {to: {type: AnyExcept, zones: [moon]}}
                      - {from: {zones: [moon]}, to: {type: None}}
                      - {to: {type: Any}}
                      failoverThreshold: {percentage: 70}
            """),
        ["off for one caller"] = (
            app => app.Storefront.WithMeshLoadBalancing(app.Orders, b => b.LocalityAwareness = new() { Disabled = true }),
            """
            kind: LoadBalancing
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders}, default: {localityAwareness: {disabled: true}}}]
            """),
        ["the other words"] = (
            app =>
            {
                app.Orders.WithMeshLoadBalancing(b => (b.Type, b.Wire) = (MeshBalancing.Random, MeshWire.Http1));
                app.Mesh.WithMeshLoadBalancing(b => b.Wire = MeshWire.Auto);
            },
            """
            kind: LoadBalancing
            metadata: {name: orders}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {type: Random, wire: Http1}}]}
            ---
            kind: LoadBalancing
            metadata: {name: all, namespace: mesh-system}
            spec: {to: [{targetRef: {kind: Mesh}, default: {wire: Auto}}]}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
