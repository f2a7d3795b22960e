using Mesh.Testing;

namespace Mesh.Model.Tests.Compilation;

public sealed class ReferenceCheckerTests
{
    private static readonly TestMesh Shop = TestMesh.Empty
        .Service("storefront", uses: ["orders"])
        .Service("orders", ports: ["http", "db:tcp"])
        .Service("worker")
        .External("stripe", "api.stripe.com", 443);

    [Theory]
    [InlineData("kind: Service\nmetadata: {name: a}\nspec: {uses: [order]}", "Service default/a: spec.uses[0]: names default/order, which does not exist (did you mean default/orders?); the edge opens nothing until it does")]
    [InlineData("kind: Service\nmetadata: {name: a}\nspec: {uses: [orders/rpc]}", "Service default/a: spec.uses[0]: names the port rpc of default/orders, which has http or db")]
    [InlineData("kind: Service\nmetadata: {name: a}\nspec: {uses: [worker]}", "Service default/a: spec.uses[0]: names default/worker, which has no port to call")]
    [InlineData("kind: Timeout\nmetadata: {name: t}\nspec: {targetRef: {kind: Service, name: nobody}, rules: [{default: {request: 1s}}]}", "Timeout default/t: spec.targetRef.name: names default/nobody, which does not exist")]
    [InlineData("kind: Timeout\nmetadata: {name: t}\nspec: {targetRef: {kind: Service, labels: {a: b}}, rules: [{default: {request: 1s}}]}", "Timeout default/t: spec.targetRef: selects no service (Service {a: b}); the policy does nothing")]
    [InlineData("kind: Timeout\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders, sectionName: rpc}, default: {request: 1s}}]}", "Timeout default/t: spec.to[0].targetRef.sectionName: names the port rpc of default/orders, which has http or db")]
    [InlineData("kind: Timeout\nmetadata: {name: t}\nspec: {rules: [{matches: [{service: nobody}], default: {request: 1s}}]}", "Timeout default/t: spec.rules[0].matches[0].service: names default/nobody, which does not exist")]
    [InlineData("kind: TrafficPermission\nmetadata: {name: t}\nspec: {rules: [{default: {deny: [{service: nobody}]}}]}", "TrafficPermission default/t: spec.rules[0].default.deny[0].service: names default/nobody, which does not exist")]
    [InlineData("kind: TrafficPermission\nmetadata: {name: t}\nspec: {rules: [{default: {deny: [{spiffeId: {type: Prefix, value: 'spiffe://other/ns'}}]}}]}", "TrafficPermission default/t: spec.rules[0].default.deny[0].spiffeId.value: is \"spiffe://other/ns\", but every caller's id begins with spiffe://shop.local/")]
    [InlineData("kind: TrafficPermission\nmetadata: {name: t}\nspec: {targetRef: {kind: Service, name: stripe}, rules: [{default: {deny: [{service: orders}]}}]}", "TrafficPermission default/t: spec.targetRef: names the external service stripe, which has no sidecar to enforce it; remove the edge from the caller's uses instead")]
    [InlineData("kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders, sectionName: db}, rules: [{name: a}]}]}", "HttpRoute default/t: spec.to[0].targetRef: selects only tcp; HttpRoute is for ports that speak http, http2, grpc or https")]
    [InlineData("kind: HttpRoute\nmetadata: {name: t}\nspec: {to: [{targetRef: {kind: Service, name: orders}, rules: [{default: {backendRefs: [{name: orders, port: rpc}]}}]}]}", "HttpRoute default/t: spec.to[0].rules[0].default.backendRefs[0]: cannot be used: default/orders has no port rpc; its share is answered with 500")]
    public void Compile_ReferenceThatLeadsNowhere_Warns(string yaml, string expected)
    {
        var warning = Assert.Single(Shop.Yaml(yaml).Compile().Warnings);

        Assert.Equal(expected, warning.ToString());
        Assert.StartsWith("test.yaml:", warning.Origin.Location, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_EverythingThere_WarnsOfNothing()
    {
        var mesh = Shop.Service("storefront", uses: ["orders", "stripe"]).Allow("storefront", at: "orders").Yaml("""
            kind: Timeout
            metadata: {name: t}
            spec: {to: [{targetRef: {kind: Service, name: stripe}, default: {connect: 1s}}], rules: [{default: {request: 1s}}]}
            """);

        Assert.Empty(mesh.Compile().Warnings);
        Assert.Equal(TimeSpan.FromSeconds(1), mesh.Cluster("storefront", "stripe/https").Connect);
    }

    [Fact]
    public void Compile_ExternalServiceWithTheNameOfAService_IsLeftOut()
    {
        var mesh = Shop.External("orders", "example.com", 443);

        Assert.Contains("is left out", Assert.Single(mesh.Configuration.Warnings).Message, StringComparison.Ordinal);
        Assert.Single(mesh.Topology.ExternalServices);
    }
}
