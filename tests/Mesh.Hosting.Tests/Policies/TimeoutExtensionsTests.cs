using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class TimeoutExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["caller to callee"] = (
            app => app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2)),
            """
            kind: Timeout
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders}, default: {request: 2s}}]
            """),
        ["everybody to callee"] = (
            app => app.Orders.WithMeshTimeout(t => (t.Connect, t.GrpcRequest, t.StreamIdle, t.Idle, t.MaxConnectionDuration) = (TimeSpan.FromMilliseconds(1500), TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1), TimeSpan.Zero, TimeSpan.FromHours(1))),
            """
            kind: Timeout
            metadata: {name: orders}
            spec:
              to: [{targetRef: {kind: Service, name: orders}, default: {connect: 1s500ms, grpcRequest: 3s, streamIdle: 1m, idle: 0s, maxConnectionDuration: 1h}}]
            """),
        ["the mesh as callee, and as both"] = (
            app =>
            {
                app.Storefront.WithMeshTimeout(app.Mesh, t => t.Request = TimeSpan.FromSeconds(5));
                app.Mesh.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(30));
                app.Mesh.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(10));
            },
            """
            kind: Timeout
            metadata: {name: storefront-to-all}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Mesh}, default: {request: 5s}}]
            ---
            kind: Timeout
            metadata: {name: all, namespace: mesh-system}
            spec: {to: [{targetRef: {kind: Mesh}, default: {request: 30s}}]}
            ---
            kind: Timeout
            metadata: {name: orders}
            spec: {to: [{targetRef: {kind: Service, name: orders}, default: {request: 10s}}]}
            """),
        ["one endpoint, said in another case"] = (
            app => app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromMinutes(5), endpoint: "admin-API"),
            """
            kind: Timeout
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: orders, sectionName: admin-api}, default: {request: 5m}}]
            """),
        ["other namespaces"] = (
            app =>
            {
                app.Storefront.WithMeshTimeout(app.Payments, t => t.Request = TimeSpan.FromSeconds(1));
                app.Payments.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2));
                app.Payments.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(3));
            },
            """
            kind: Timeout
            metadata: {name: storefront-to-pay}
            spec:
              targetRef: {kind: Service, name: storefront}
              to: [{targetRef: {kind: Service, name: pay, namespace: money}, default: {request: 1s}}]
            ---
            kind: Timeout
            metadata: {name: pay-to-orders, namespace: money}
            spec:
              targetRef: {kind: Service, name: pay}
              to: [{targetRef: {kind: Service, name: orders, namespace: default}, default: {request: 2s}}]
            ---
            kind: Timeout
            metadata: {name: pay, namespace: money}
            spec: {to: [{targetRef: {kind: Service, name: pay}, default: {request: 3s}}]}
            """),
        ["said twice, the later is heard"] = (
            app => app.Storefront
                .WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2))
                .WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(4)),
            """
            kind: Timeout
            metadata: {name: storefront-to-orders}
            spec:
              targetRef: {kind: Service, name: storefront}
              to:
              - {targetRef: {kind: Service, name: orders}, default: {request: 2s}}
              - {targetRef: {kind: Service, name: orders}, default: {request: 4s}}
            """),
        ["receiving side"] = (
            app =>
            {
                app.Orders.WithMeshInboundTimeout(t => (t.Connect, t.Request, t.Idle) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20), TimeSpan.Zero));
                app.Orders.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromMinutes(5), from: app.Payments);
                app.Orders.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromMinutes(6), from: MeshIdentity.Prefix("spiffe://shop.local/ns/batch"));
                app.Orders.WithMeshInboundTimeout(t => t.Request = TimeSpan.FromMinutes(1), endpoint: "http");
                app.Mesh.WithMeshInboundTimeout(t => t.Idle = TimeSpan.FromHours(1));
            },
            """
            kind: Timeout
            metadata: {name: orders-inbound}
            spec:
              targetRef: {kind: Service, name: orders}
              rules:
              - default: {connect: 3s, request: 20s, idle: 0s}
              - {matches: [{service: money/pay}], default: {request: 5m}}
              - {matches: [{spiffeId: {type: Prefix, value: "spiffe://shop.local/ns/batch"}}], default: {request: 6m}}
            ---
            kind: Timeout
            metadata: {name: orders-http-inbound}
            spec:
              targetRef: {kind: Service, name: orders, sectionName: http}
              rules: [{default: {request: 1m}}]
            ---
            kind: Timeout
            metadata: {name: all-inbound, namespace: mesh-system}
            spec: {rules: [{default: {idle: 1h}}]}
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
