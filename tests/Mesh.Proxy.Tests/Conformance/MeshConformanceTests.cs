using System.Net;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>What Gateway API's suite asks of a mesh.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class MeshConformanceTests(EchoMesh mesh)
{
    [Fact, Feature("Mesh")]
    public async Task MeshBasic_NoRoute_PassesThrough()
    {
        mesh.Apply("");

        var echo = await mesh.EchoAsync("/a?b=c", "PUT", headers: ["x-a: 1"]);

        Assert.Equal(("echo", "PUT", "/a?b=c", "1"), (echo.Service, echo.Method, echo.Path, echo.Header("x-a")));
    }

    [Fact, Feature("Mesh")]
    public async Task MeshFrontend_RouteOfTheCalledService_CountsAndThatOfTheBackendDoesNot()
    {
        mesh.Apply(
            Routes.Http("- default: {backendRefs: [{name: echo-v1}], filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-by, value: echo}]}}]}")
            + "---\n" + Routes.Http("- default: {filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-by, value: echo-v1}]}}]}", "{kind: Service, name: echo-v1}", "other"));

        using var called = await mesh.SendAsync();
        using var directly = await mesh.SendAsync(port: "echo-v1/http");

        Assert.Equal("echo-v1", (await EchoMesh.ReadAsync(called)).Service);
        Assert.Equal("echo", called.Headers.GetValues("x-by").Single());
        Assert.Equal("echo-v1", directly.Headers.GetValues("x-by").Single());
    }

    [Theory, Feature("Mesh")]
    [InlineData("echo")]
    [InlineData("something.else:1234")]
    public async Task MeshFrontendHostname_WhateverHostTheCallerNames_TheServiceItCallsDecides(string host)
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v2}]}"));

        var echo = await mesh.EchoAsync(headers: [$"Host: {host}"]);

        Assert.Equal(("echo-v2", host), (echo.Service, echo.Host));
    }

    [Fact, Feature("HTTPRouteParentRefPort")]
    public async Task MeshPorts_RouteForOnePort_LeavesTheOthersAlone()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, port: http}]}", "{kind: Service, name: echo, sectionName: other}"));

        Assert.Equal("echo", (await mesh.EchoAsync()).Service);
        Assert.Equal("echo-v1", (await mesh.EchoAsync(port: "echo/other")).Service);

        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, port: http}]}", "{kind: Service, name: echo}"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync()).Service);
        Assert.Equal("echo-v1", (await mesh.EchoAsync(port: "echo/other")).Service);
    }

    [Fact, Feature("Mesh")]
    public async Task MeshTrafficSplit_ByPathAndWeight_GoesWhereTheRuleSays()
    {
        mesh.Apply(Routes.Http("- {matches: [{path: {type: Exact, value: /v1}}], default: {backendRefs: [{name: echo-v1}]}}\n- {matches: [{path: {type: Exact, value: /v2}}], default: {backendRefs: [{name: echo-v2}]}}"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync("/v1")).Service);
        Assert.Equal("echo-v2", (await mesh.EchoAsync("/v2")).Service);
        using var neither = await mesh.SendAsync("/v3");
        Assert.Equal(HttpStatusCode.NotFound, neither.StatusCode);
    }

    [Fact, Feature("MeshConsumerRoute")]
    public async Task MeshConsumerRoute_OfAnotherNamespace_IsForRequestsOfThatNamespaceAlone()
    {
        mesh.Apply(Routes.Http(
            "- default: {filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-header-set, value: set}]}}]}", "{kind: Service, name: echo-v1, namespace: default}", space: "other"));

        using var consumer = await mesh.SendAsync(port: "default/echo-v1/http", caller: "other/client");
        using var producer = await mesh.SendAsync(port: "echo-v1/http");

        Assert.Equal("set", consumer.Headers.GetValues("x-header-set").Single());
        Assert.False(producer.Headers.Contains("x-header-set"));
    }

    [Fact, Feature("MeshConsumerRoute")]
    public async Task MeshConsumerRoute_BesideTheProducers_TakesTheirPlace()
    {
        mesh.Apply(
            Routes.Http("- {matches: [{path: {type: Exact, value: /a}}], default: {backendRefs: [{name: echo-v2}]}}")
            + "---\n" + Routes.Http("- {matches: [{path: {type: PathPrefix, value: /}}], default: {backendRefs: [{name: echo-v1, namespace: default}]}}", "{kind: Service, name: echo, namespace: default}", "consumers", "other"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync("/a", caller: "other/client")).Service);
        Assert.Equal("echo-v2", (await mesh.EchoAsync("/a")).Service);
    }
}
