using Mesh.Model.Compilation;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>Routes of gRPC calls.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class GrpcConformanceTests(EchoMesh mesh)
{
    [Theory, Feature("GRPCRoute")]
    [InlineData("shop.Orders/Get", "echo-v1")]
    [InlineData("shop.Orders/Put", "echo-v2")]
    [InlineData("shop.Orders/Other", null)]
    [InlineData("shop.OrdersX/Get", null)]
    public async Task GRPCExactMethodMatching_ServiceAndMethod_PickTheBackend(string method, string? backend)
    {
        mesh.Apply(Routes.Grpc("""
            - {matches: [{method: {service: shop.Orders, method: Get}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{method: {service: shop.Orders, method: Put}}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        await IsAnsweredBy(backend, method);
    }

    [Theory, Feature("GRPCRoute")]
    [InlineData("shop.Orders/Get", "echo-v1")]
    [InlineData("shop.Orders/Put", "echo-v2")]
    [InlineData("shop.Other/Get", "echo")]
    [InlineData("shop.v2.Orders/Anything", "echo-v2")]
    public async Task GRPCExactMethodMatching_LongerServiceThenLongerMethod_Wins(string method, string backend)
    {
        mesh.Apply(Routes.Grpc("""
            - {matches: [{method: {method: Get}}], default: {backendRefs: [{name: echo}]}}
            - {matches: [{method: {service: shop.Orders}}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{method: {service: shop.Orders, method: Get}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{method: {type: RegularExpression, service: 'shop\.v[0-9]+\.[A-Za-z]+'}}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        await IsAnsweredBy(backend, method);
    }

    [Theory, Feature("GRPCRoute")]
    [InlineData("echo-v1", "version: one")]
    [InlineData("echo-v2", "version: two")]
    [InlineData("echo-v1", "version: two", "color: orange")]
    [InlineData(null)]
    public async Task GRPCRouteHeaderMatching_MoreHeaders_AreMoreSpecific(string? backend, params string[] headers)
    {
        mesh.Apply(Routes.Grpc("""
            - {matches: [{headers: [{name: version, value: one}]}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{headers: [{name: version, value: two}]}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{headers: [{name: version, value: two}, {name: color, value: orange}]}], default: {backendRefs: [{name: echo-v1}]}}
            """));

        await IsAnsweredBy(backend, "shop.Orders/Get", headers);
    }

    [Fact, Feature("GRPCRoute")]
    public async Task GRPCRouteWeight_SeventyToThirty_IsExactToOneOfAHundred()
    {
        mesh.Apply(Routes.Grpc("- default: {backendRefs: [{name: echo-v1, weight: 70}, {name: echo-v2, weight: 30}]}"));

        var first = 0;
        for (var i = 0; i < 200; i++)
        {
            var (response, _, echo) = await mesh.CallAsync("shop.Orders/Get");
            response.Dispose();
            first += echo!.Service == "echo-v1" ? 1 : 0;
        }

        Assert.InRange(first, 139, 141);
    }

    [Fact, Feature("GRPCRoute")]
    public async Task GRPCRouteAllBackendsWeightZero_AnyCall_IsUnavailable()
    {
        mesh.Apply(Routes.Grpc("- default: {backendRefs: [{name: echo-v1, weight: 0}]}"));

        var (response, status, _) = await mesh.CallAsync("shop.Orders/Get");
        response.Dispose();

        Assert.Equal("14", status);
    }

    [Fact, Feature("GRPCRoute")]
    public async Task GRPCRouteRequestHeaderModifier_SetAddRemove_ChangeTheCall()
    {
        mesh.Apply(Routes.Grpc("- default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-set, value: new}], add: [{name: x-add, value: more}], remove: [x-remove]}}, {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-answer, value: yes}]}}]}".Replace("yes", "'yes'", StringComparison.Ordinal)));

        var (response, _, echo) = await mesh.CallAsync("shop.Orders/Get", headers: ["x-set: was", "x-remove: was"]);

        Assert.Equal(("new", "more", ""), (echo!.Header("x-set"), echo.Header("x-add"), echo.Header("x-remove")));
        Assert.Equal("yes", response.Headers.GetValues("x-answer").Single());
        response.Dispose();
    }

    [Fact, Feature("GRPCRouteNamedRouteRule")]
    public async Task GRPCRouteNamedRule_NameOfARule_ChangesNothingForCalls()
    {
        mesh.Apply(Routes.Grpc("- {name: named, default: {backendRefs: [{name: echo-v2}]}}"));

        await IsAnsweredBy("echo-v2", "shop.Orders/Get");
    }

    [Fact, Feature("GRPCRouteRequestMirror")]
    public async Task GRPCRouteRequestMirror_Copy_IsACallToo()
    {
        mesh.Apply(Routes.Grpc("- default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: echo-v2}}}], backendRefs: [{name: echo-v1}]}"));

        await IsAnsweredBy("echo-v1", "shop.Orders/Get");
        var copy = await mesh.NextAt("echo-v2");

        Assert.Equal(("/shop.Orders/Get", "HTTP/2", "application/grpc"), (copy.Path, copy.Protocol, copy.Header("content-type")));
    }

    [Fact, Feature("CookieSessionPersistence")]
    public async Task GRPCRouteSessionPersistenceCookie_ClientThatKeepsIt_StaysAtItsBackend()
    {
        mesh.Apply(Routes.Grpc("- default: {backendRefs: [{name: echo-v1}, {name: echo-v2}], sessionPersistence: {sessionName: where}}"));

        for (var client = 0; client < 4; client++)
        {
            var (first, _, echo) = await mesh.CallAsync("shop.Orders/Get");
            var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            first.Dispose();
            var (next, _, again) = await mesh.CallAsync("shop.Orders/Get", headers: [$"Cookie: {cookie}"]);
            next.Dispose();
            Assert.Equal((echo!.Service, echo.Replica), (again!.Service, again.Replica));
        }
    }

    [Fact, Feature("GRPCRoute")]
    public async Task GRPCRouteAndHTTPRouteOfOnePort_HTTPRoute_IsNotHeardAndSaysSo()
    {
        var compiled = mesh.Apply(
            Routes.Grpc("- {matches: [{method: {service: shop.Orders}}], default: {backendRefs: [{name: echo-v1}]}}")
            + "---\n" + Routes.Http("- default: {backendRefs: [{name: echo-v2}]}", "{kind: Service, name: echo, sectionName: rpc}"));

        await IsAnsweredBy("echo-v1", "shop.Orders/Get");
        await IsAnsweredBy(null, "shop.Other/Get");
        var warning = Assert.Single(compiled.Warnings);
        Assert.Equal(("HttpRoute", WarningReason.Conflicted), (warning.Resource.Kind, warning.Reason));
    }

    private async Task IsAnsweredBy(string? backend, string method, params string[] headers)
    {
        var (response, status, echo) = await mesh.CallAsync(method, headers: headers);
        response.Dispose();
        Assert.Equal((backend, backend is null ? "12" : "0"), (echo?.Service, status));
    }
}
