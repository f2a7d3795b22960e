using System.Net;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>Which rule a request meets.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class MatchingConformanceTests(EchoMesh mesh)
{
    [Fact, Feature("HTTPRoute")]
    public async Task HTTPRouteSimpleSameNamespace_OneBackend_GetsEverything()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1}]}"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync()).Service);
    }

    [Fact, Feature("HTTPRoute")]
    public async Task HTTPRouteCrossNamespace_BackendElsewhere_IsUsed()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, namespace: default}]}", "{kind: Service, name: echo, namespace: default}", space: "other"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync(caller: "other/client")).Service);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("/", "echo-v1")]
    [InlineData("/example", "echo-v1")]
    [InlineData("/", "echo-v2", "version: two")]
    [InlineData("/v2", "echo-v2")]
    [InlineData("/v2/", "echo-v2")]
    [InlineData("/v2/example", "echo-v2")]
    [InlineData("/v2example", "echo-v1")]
    public async Task HTTPRouteMatching_PathOrHeader_PicksTheBackend(string path, string backend, params string[] headers)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: PathPrefix, value: /}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{path: {type: PathPrefix, value: /v2}}, {headers: [{name: version, value: two}]}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        Assert.Equal(backend, (await mesh.EchoAsync(path, headers: headers)).Service);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("/one", "echo-v1")]
    [InlineData("/two", "echo-v2")]
    [InlineData("/two?q=1", "echo-v2")]
    [InlineData("/one/example", null)]
    [InlineData("/two/", null)]
    [InlineData("/Two", null)]
    [InlineData("/", null)]
    public async Task HTTPRouteExactPathMatching_WholePath_OrNotFound(string path, string? backend)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: Exact, value: /one}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{path: {type: Exact, value: /two}}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        await IsAnsweredBy(backend, path);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("/match/exact/one", "echo-v3")]
    [InlineData("/match/exact", "echo-v2")]
    [InlineData("/match", "echo-v1")]
    [InlineData("/match/prefix/one/any", "echo-v2")]
    [InlineData("/match/prefix/any", "echo-v1")]
    [InlineData("/match/any", "echo-v3")]
    public async Task HTTPRoutePathMatchOrder_ExactThenLongest_Wins(string path, string backend)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: PathPrefix, value: /match}}], default: {backendRefs: [{name: echo-v3}]}}
            - {matches: [{path: {type: PathPrefix, value: /match/prefix}}, {path: {type: Exact, value: /match}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{path: {type: PathPrefix, value: /match/prefix/one}}, {path: {type: Exact, value: /match/exact}}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{path: {type: Exact, value: /match/exact/one}}], default: {backendRefs: [{name: echo-v3}]}}
            """));

        Assert.Equal(backend, (await mesh.EchoAsync(path)).Service);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("echo-v1", "version: one")]
    [InlineData("echo-v2", "VERSION: two")]
    [InlineData("echo-v1", "version: two", "color: orange")]
    [InlineData("echo-v1", "color: blue")]
    [InlineData("echo-v2", "color: red")]
    [InlineData(null, "color: orange")]
    [InlineData(null, "version: ONE")]
    [InlineData(null)]
    public async Task HTTPRouteHeaderMatching_MoreHeaders_AreMoreSpecific(string? backend, params string[] headers)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{headers: [{name: version, value: one}]}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{headers: [{name: version, value: two}]}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{headers: [{name: version, value: two}, {name: color, value: orange}]}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{headers: [{name: color, value: blue}]}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{headers: [{name: color, value: red}]}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        await IsAnsweredBy(backend, "/", headers);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("echo-v1", "color: dark-blue")]
    [InlineData(null, "color: blue-ish")]
    public async Task HTTPRouteHeaderMatching_Expression_MatchesTheWholeValue(string? backend, string header)
    {
        mesh.Apply(Routes.Http("- {matches: [{headers: [{name: color, type: RegularExpression, value: '[a-z]+-blue'}]}], default: {backendRefs: [{name: echo-v1}]}}"));

        await IsAnsweredBy(backend, "/", header);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("/a.b", "echo-v1")]
    [InlineData("/a-b", "echo-v2")]
    public async Task HTTPRouteMatching_ExpressionOfAPath_MatchesTheWholePath(string path, string backend)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: RegularExpression, value: '/[a-z]\.[a-z]'}}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{path: {type: PathPrefix, value: /}}], default: {backendRefs: [{name: echo-v2}]}}
            """));

        Assert.Equal(backend, (await mesh.EchoAsync(path)).Service);
    }

    [Theory, Feature("HTTPRouteMethodMatching")]
    [InlineData("POST", "/", "echo-v1")]
    [InlineData("GET", "/", "echo-v2")]
    [InlineData("HEAD", "/", null)]
    [InlineData("GET", "/path1", "echo-v1")]
    [InlineData("PUT", "/path2", "echo-v2")]
    [InlineData("POST", "/path2", "echo-v3")]
    public async Task HTTPRouteMethodMatching_PathBeatsMethod_AndMethodBeatsHeaders(string method, string path, string? backend)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{method: POST}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{method: GET}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{path: {type: PathPrefix, value: /path1}, method: GET}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{path: {type: PathPrefix, value: /path2}, method: PUT}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{path: {type: PathPrefix, value: /path2}}], default: {backendRefs: [{name: echo-v3}]}}
            """));

        if (backend is null)
        {
            using var none = await mesh.SendAsync(path, method);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
            return;
        }

        Assert.Equal(backend, (await mesh.EchoAsync(path, method)).Service);
    }

    [Theory, Feature("HTTPRouteQueryParamMatching")]
    [InlineData("/?animal=whale", "echo-v1")]
    [InlineData("/?animal=dolphin", "echo-v2")]
    [InlineData("/?animal=dolphin&color=blue", "echo-v3")]
    [InlineData("/?ANIMAL=whale&animal=whale", "echo-v1")]
    [InlineData("/?animal=dog", null)]
    [InlineData("/?animal=whaledolphin", null)]
    [InlineData("/?color=blue", null)]
    [InlineData("/", null)]
    public async Task HTTPRouteQueryParamMatching_Parameters_PickTheBackend(string path, string? backend)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{queryParams: [{name: animal, value: whale}]}], default: {backendRefs: [{name: echo-v1}]}}
            - {matches: [{queryParams: [{name: animal, value: dolphin}]}], default: {backendRefs: [{name: echo-v2}]}}
            - {matches: [{queryParams: [{name: animal, value: dolphin}, {name: color, value: blue}]}], default: {backendRefs: [{name: echo-v3}]}}
            """));

        await IsAnsweredBy(backend, path);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("/", "echo-v1")]
    [InlineData("/v2", "echo-v2")]
    [InlineData("/v2/x", "echo-v2")]
    [InlineData("/", "echo-v2", "version: two")]
    public async Task HTTPRouteMatchingAcrossRoutes_TwoPolicies_AreOneTable(string path, string backend, params string[] headers)
    {
        mesh.Apply(
            Routes.Http("- {matches: [{path: {type: PathPrefix, value: /}}, {headers: [{name: version, value: one}]}], default: {backendRefs: [{name: echo-v1}]}}", name: "part1")
            + "---\n" + Routes.Http("- {matches: [{path: {type: PathPrefix, value: /v2}}, {headers: [{name: version, value: two}]}], default: {backendRefs: [{name: echo-v2}]}}", name: "part2"));

        Assert.Equal(backend, (await mesh.EchoAsync(path, headers: headers)).Service);
    }

    [Fact, Feature("HTTPRouteNamedRouteRule")]
    public async Task HTTPRouteNamedRule_NameOfARule_ChangesNothingForRequests()
    {
        mesh.Apply(Routes.Http("- {name: named-rule, matches: [{path: {type: PathPrefix, value: /named}}], default: {backendRefs: [{name: echo-v1}]}}\n- {matches: [{path: {type: PathPrefix, value: /unnamed}}], default: {backendRefs: [{name: echo-v2}]}}"));

        Assert.Equal("echo-v1", (await mesh.EchoAsync("/named")).Service);
        Assert.Equal("echo-v2", (await mesh.EchoAsync("/unnamed")).Service);
    }

    private async Task IsAnsweredBy(string? backend, string path, params string[] headers)
    {
        using var response = await mesh.SendAsync(path, headers: headers);
        if (backend is null)
        {
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            return;
        }

        Assert.Equal(backend, (await EchoMesh.ReadAsync(response)).Service);
    }
}
