using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

/// <summary>What is wrong is told at once, each mistake with the line that made it.</summary>
public sealed class PolicyMistakesTests
{
    private static readonly Dictionary<string, (Action<ShopApp> Said, string[] Errors)> Mistakes = new()
    {
        ["value out of bounds"] = (
            app => app.Storefront.WithMeshTimeout(app.Orders, t => (t.Connect, t.Request) = (TimeSpan.Zero, TimeSpan.FromSeconds(-1))),
            [
                "spec.to[0].default.connect: must be greater than zero but is 0s; leave it out for the default",
                "spec.to[0].default.request: must be greater than zero but is -00:00:01; leave it out for the default",
            ]),
        ["less than a millisecond"] = (
            app => app.Orders.WithMeshTimeout(t => t.Request = TimeSpan.FromMicroseconds(500)),
            ["spec.to[0].default.request: must be whole milliseconds but is 00:00:00.0005000"]),
        ["retries"] = (
            app => app.Orders.WithMeshRetry(r => (r.Http.NumRetries, r.Http.RetryOnStatus, r.Budget.Percent) = (101, [200], 120)),
            [
                "spec.to[0].default.http.numRetries: must be between 0 and 100 but is 101; 0 switches retries off",
                "spec.to[0].default.http.retryOn[0]: must be ConnectFailure, RefusedStream, Reset, GatewayError, 5xx or Retriable4xx or a status code from 400 to 599 but is \"200\"",
                "spec.to[0].default.budget.percent: must be between 0 and 100 but is 120",
            ]),
        ["choices of another algorithm"] = (
            app => app.Orders.WithMeshLoadBalancing(b => (b.Type, b.ChoiceCount) = (MeshBalancing.Random, 2)),
            ["spec.to[0].default.leastRequest: means nothing with type Random; leave it out, or use type LeastRequest"]),
        ["limits that let nothing in"] = (
            app => app.Orders.WithMeshCircuitBreaker(b => b.ConnectionLimits.MaxRequests = 0),
            ["spec.to[0].default.connectionLimits.maxRequests: must be between 1 and 1000000 but is 0; leave it out for no limit"]),
        ["route without a rule"] = (
            app => app.Orders.WithMeshRoute(_ => { }),
            ["spec.to[0].rules: is missing; add it"]),
        ["route of the mesh"] = (
            app => app.Mesh.WithMeshRoute(r => r.Rule().To(app.Orders)),
            ["spec.to[0].targetRef.kind: must be Service but is Mesh; a route belongs to one service"]),
        ["rule that goes two ways"] = (
            app => app.Orders.WithMeshRoute(r => r.Rule("Both").When(m => m.Path("a").Method("GETT")).Redirect(host: "x").To(app.Orders)),
            [
                "spec.to[0].rules[0].matches[0].path.value: must begin with / but is \"a\"",
                "spec.to[0].rules[0].matches[0].method: must be GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH but is \"GETT\"; did you mean GET?",
                "spec.to[0].rules[0].default.filters[0].type: is RequestRedirect beside backendRefs; a redirected request is not forwarded: keep one of them",
                "spec.to[0].rules[0].name: must be lower-case letters, digits and inner hyphens, at most 63 characters, but is \"Both\"",
            ]),
        ["tcp route without a backend"] = (
            app => app.Postgres.WithMeshTcpRoute(_ => { }),
            ["spec.to[0].rules[0].default.backendRefs: is missing; add it"]),
        ["empty list"] = (
            app => app.Mesh.Deny(app.Storefront, app.Orders, r => (r.Methods, r.PathPrefixes) = ([], [])),
            ["spec.rules[0].default.methods: must not be empty; leave it out for every one", "spec.rules[0].default.paths: must not be empty; leave it out for every one"]),
        ["no SPIFFE id"] = (
            app => app.Mesh.Allow(MeshIdentity.Exact("portal"), app.Orders),
            ["spec.rules[0].default.allow[0].spiffeId.value: must be a SPIFFE id such as spiffe://shop.local/ns/default/sa/orders but is \"portal\""]),
        ["bounds that no caller has of its own"] = (
            app => app.Orders.WithMeshInboundTimeout(t => t.Connect = TimeSpan.FromSeconds(1), from: app.Storefront),
            ["spec.rules[0].default.connect: "]),
        ["endpoint that is not there"] = (
            app => app.Storefront.WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(1), endpoint: "htpp"),
            ["MESH007: 'orders' has no endpoint 'htpp'; it has http, Admin-Api. Declare it with WithHttpEndpoint or WithEndpoint, or use one of those."]),
        ["endpoint of the mesh"] = (
            app => app.Mesh.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(1), endpoint: "http"),
            ["spec.to[0].targetRef.sectionName: means nothing with kind Mesh; use kind Service, or leave it out"]),
        ["no process"] = (
            app => app.Storefront.WithMeshTimeout(app.Builder.AddParameter("secret"), t => t.Request = TimeSpan.FromSeconds(1)),
            ["MESH006: WithMeshTimeout is about 'secret', which gets no sidecar: "]),
        ["outside, on both sides, and as a backend"] = (
            app =>
            {
                app.Mesh.Allow(app.Storefront.WithoutMesh(), app.Orders.WithoutMesh());
                app.OrdersNext.WithMeshRoute(r => r.Rule().To(app.Orders));
            },
            [
                "MESH011: Allow is about 'orders', which WithoutMesh() keeps out of the mesh: remove one of the two.",
                "MESH011: Allow is about 'storefront', which WithoutMesh() keeps out of the mesh: remove one of the two.",
                "MESH011: WithMeshRoute is about 'orders', which WithoutMesh() keeps out of the mesh: remove one of the two.",
            ]),
    };

    public static TheoryData<string> Rows => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Make_Mistake_SaysPlacePathAndCure(string row)
    {
        var app = new ShopApp();
        Mistakes[row].Said(app);

        var errors = app.Make().Errors;

        Assert.Equal(Mistakes[row].Errors.Length, errors.Count);
        Assert.All(Mistakes[row].Errors.Zip(errors), pair =>
        {
            Assert.Matches(@"^Policies/PolicyMistakesTests\.cs:\d+: ", pair.Second);
            Assert.StartsWith(pair.First, pair.Second[(pair.Second.IndexOf(": ", StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Make_MistakesOfSeveralCalls_AreToldTogether_AndTheRestIsMade()
    {
        var app = new ShopApp();
        app.Storefront
            .WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(-1))
            .WithMeshTimeout(app.Orders, t => t.Request = TimeSpan.FromSeconds(2))
            .WithMeshRetry(app.Orders, r => r.Http.NumRetries = -1);

        var (policies, errors) = app.Make();

        Assert.Equal(2, errors.Count);
        Assert.Equal("storefront-to-orders", Assert.Single(policies).Metadata.Name);
    }
}
