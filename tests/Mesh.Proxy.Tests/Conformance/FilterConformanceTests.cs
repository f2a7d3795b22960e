
namespace Mesh.Proxy.Tests.Conformance;

/// <summary>How requests and responses change on the way.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class FilterConformanceTests(EchoMesh mesh)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, Feature("HTTPRoute")]
    [InlineData("/set", "x-header-set: was", "x-header-set=set-overwrites")]
    [InlineData("/set", "", "x-header-set=set-overwrites")]
    [InlineData("/add", "x-header-add: was", "x-header-add=was,add-appends")]
    [InlineData("/add", "", "x-header-add=add-appends")]
    [InlineData("/remove", "X-Header-Remove: was", "x-header-remove=")]
    public async Task HTTPRouteRequestHeaderModifier_SetAddRemove_ChangeTheRequest(string path, string sent, string expected)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: PathPrefix, value: /set}}], default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Header-Set, value: set-overwrites}]}}]}}
            - {matches: [{path: {type: PathPrefix, value: /add}}], default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: X-Header-Add, value: add-appends}]}}]}}
            - {matches: [{path: {type: PathPrefix, value: /remove}}], default: {filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-header-remove]}}]}}
            """));

        var echo = await mesh.EchoAsync(path, headers: sent.Length == 0 ? [] : [sent]);

        var name = expected[..expected.IndexOf('=', StringComparison.Ordinal)];
        Assert.Equal(expected, $"{name}={echo.Header(name).Replace(", ", ",", StringComparison.Ordinal)}");
    }

    [Fact, Feature("HTTPRouteBackendRequestHeaderModification")]
    public async Task HTTPRouteBackendRequestHeaderModifier_OfOneBackend_IsForItAlone()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: backend, value: one}]}}]}, {name: echo-v2, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: answer, value: two}]}}]}]}"));

        for (var i = 0; i < 4; i++)
        {
            using var response = await mesh.SendAsync();
            var echo = await EchoMesh.ReadAsync(response);
            Assert.Equal(echo.Service == "echo-v1" ? "one" : "", echo.Header("backend"));
            Assert.Equal(echo.Service == "echo-v2", response.Headers.Contains("answer"));
        }
    }

    [Fact, Feature("HTTPRouteResponseHeaderModification")]
    public async Task HTTPRouteResponseHeaderModifier_SetAddRemove_ChangeTheResponse()
    {
        mesh.Apply(Routes.Http("- default: {filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-set, value: new}], add: [{name: x-add, value: more}], remove: [x-remove]}}]}"));
        mesh.App("echo").First = context =>
        {
            context.Response.Headers["x-set"] = "was";
            context.Response.Headers["x-add"] = "was";
            context.Response.Headers["x-remove"] = "was";
            return new(false);
        };

        using var response = await mesh.SendAsync();

        Assert.Equal(["new"], response.Headers.GetValues("x-set"));
        Assert.Equal(["was", "more"], response.Headers.GetValues("x-add"));
        Assert.False(response.Headers.Contains("x-remove"));
    }

    [Theory]
    [InlineData("hostname: example.org", 302, "http://example.org/a?b=c")]
    [InlineData("hostname: example.org, statusCode: 301", 301, "http://example.org/a?b=c")]
    [Feature("HTTPRoute")]
    public async Task HTTPRouteRedirectHostAndStatus_Host_IsAnothers(string redirect, int status, string location) => await RedirectsAsync(redirect, status, location);

    [Theory]
    [InlineData("path: {type: ReplaceFullPath, replaceFullPath: /new}", 302, "http://example.org/new?b=c", "Exact")]
    [InlineData("path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}", 302, "http://example.org/new?b=c", "PathPrefix")]
    [InlineData("path: {type: ReplacePrefixMatch, replacePrefixMatch: /}", 302, "http://example.org/?b=c", "PathPrefix")]
    [Feature("HTTPRoutePathRedirect")]
    public async Task HTTPRouteRedirectPath_FullOrPrefix_IsReplaced(string redirect, int status, string location, string match) => await RedirectsAsync($"hostname: example.org, {redirect}", status, location, match);

    [Theory]
    [InlineData("hostname: example.org, port: 8083", 302, "http://example.org:8083/a?b=c")]
    [InlineData("hostname: example.org, port: 80", 302, "http://example.org/a?b=c")]
    [Feature("HTTPRoutePortRedirect")]
    public async Task HTTPRouteRedirectPort_Port_IsNamedUnlessItIsTheSchemesOwn(string redirect, int status, string location) => await RedirectsAsync(redirect, status, location);

    [Theory]
    [InlineData("scheme: https, hostname: example.org", 302, "https://example.org/a?b=c")]
    [InlineData("scheme: https, hostname: example.org, port: 443", 302, "https://example.org/a?b=c")]
    [InlineData("scheme: https, hostname: example.org, port: 80", 302, "https://example.org:80/a?b=c")]
    [InlineData("scheme: http, hostname: example.org, port: 443", 302, "http://example.org:443/a?b=c")]
    [Feature("HTTPRouteSchemeRedirect")]
    public async Task HTTPRouteRedirectPortAndScheme_Scheme_IsAnother(string redirect, int status, string location) => await RedirectsAsync(redirect, status, location);

    [Theory]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    [Feature("HTTPRoute303RedirectStatusCode, HTTPRoute307RedirectStatusCode, HTTPRoute308RedirectStatusCode")]
    public async Task HTTPRoute303Redirect_EachStatus_IsAnsweredAsSaid(int status) => await RedirectsAsync($"hostname: example.org, statusCode: {status}", status, "http://example.org/a?b=c");

    [Fact, Feature("HTTPRouteHostRewrite")]
    public async Task HTTPRouteRewriteHost_Host_IsTheNewOne()
    {
        mesh.Apply(Routes.Http("- default: {filters: [{type: URLRewrite, urlRewrite: {hostname: one.example.org}}]}"));

        Assert.Equal("one.example.org", (await mesh.EchoAsync()).Host);
    }

    [Theory, Feature("HTTPRoutePathRewrite")]
    [InlineData("/prefix/one/two", "/one/two")]
    [InlineData("/prefix/one", "/one")]
    [InlineData("/prefix/one/", "/one/")]
    [InlineData("/prefix/one?a=b", "/one?a=b")]
    [InlineData("/full/one/two", "/one")]
    [InlineData("/strip-prefix/three", "/three")]
    [InlineData("/strip-prefix", "/")]
    [InlineData("/strip-prefix/", "/")]
    public async Task HTTPRouteRewritePath_FullOrPrefix_IsReplaced(string path, string expected)
    {
        mesh.Apply(Routes.Http("""
            - {matches: [{path: {type: PathPrefix, value: /prefix/one}}], default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /one}}}]}}
            - {matches: [{path: {type: PathPrefix, value: /full/one}}], default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /one}}}]}}
            - {matches: [{path: {type: PathPrefix, value: /strip-prefix}}], default: {filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}}
            """));

        Assert.Equal(expected, (await mesh.EchoAsync(path)).Path);
    }

    [Fact, Feature("HTTPRouteRequestMirror")]
    public async Task HTTPRouteRequestMirror_Copy_HasMethodPathHeadersAndBody()
    {
        mesh.Apply(Routes.Http("- {matches: [{path: {type: PathPrefix, value: /mirror}}], default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: echo-v2}}}, {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-set, value: both}]}}], backendRefs: [{name: echo-v1}]}}"));

        var echo = await mesh.EchoAsync("/mirror?a=b", "POST", headers: ["x-a: 1"], content: new StringContent("the body"));
        var copy = await mesh.NextAt("echo-v2");

        Assert.Equal(("echo-v1", "the body", ""), (echo.Service, echo.Body, echo.Header("mesh-mirror")));
        Assert.Equal(("POST", "/mirror?a=b", "1", "both", "the body", echo.Host), (copy.Method, copy.Path, copy.Header("x-a"), copy.Header("x-set"), copy.Body, copy.Host));
        Assert.Equal("default/route/to[0].rules[0]", copy.Header("mesh-mirror"));
    }

    [Fact, Feature("HTTPRouteRequestMultipleMirrors")]
    public async Task HTTPRouteRequestMultipleMirrors_EachService_GetsACopy()
    {
        mesh.Apply(Routes.Http("- default: {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: echo-v2}}}, {type: RequestMirror, requestMirror: {backendRef: {name: echo-v3}}}], backendRefs: [{name: echo-v1}]}"));

        var echo = await mesh.EchoAsync(method: "PUT", content: new StringContent("x"));

        Assert.Equal("echo-v1", echo.Service);
        Assert.Equal("x", (await mesh.NextAt("echo-v2")).Body);
        Assert.Equal("x", (await mesh.NextAt("echo-v3")).Body);
    }

    [Theory, Feature("HTTPRouteRequestPercentageMirror")]
    [InlineData("percent: 20", 20)]
    [InlineData("percent: 0", 0)]
    [InlineData("fraction: {numerator: 1, denominator: 3}", 33)]
    public async Task HTTPRouteRequestPercentageMirror_Share_IsExactToOneOfAHundred(string share, int expected)
    {
        mesh.Apply(Routes.Http($"- default: {{filters: [{{type: RequestMirror, requestMirror: {{backendRef: {{name: echo-v2}}, {share}}}}}], backendRefs: [{{name: echo-v1}}]}}\n- {{matches: [{{path: {{type: Exact, value: /last}}}}], default: {{filters: [{{type: RequestMirror, requestMirror: {{backendRef: {{name: echo-v2}}}}}}]}}}}"));
        for (var i = 0; i < 100; i++)
        {
            await mesh.EchoAsync();
        }

        // Copies come when they come: as many as there should be are waited for, and one more would be seen before the last.
        var copies = 0;
        while (copies < expected)
        {
            Assert.Equal("/", (await mesh.NextAt("echo-v2")).Path);
            copies++;
        }

        await mesh.EchoAsync("/last");
        Assert.Equal("/last", (await mesh.NextAt("echo-v2")).Path);
    }

    private async Task RedirectsAsync(string redirect, int status, string location, string match = "PathPrefix")
    {
        mesh.Apply(Routes.Http($"- {{matches: [{{path: {{type: {match}, value: /a}}}}], default: {{filters: [{{type: RequestRedirect, requestRedirect: {{{redirect}}}}}]}}}}"));

        using var response = await mesh.SendAsync("/a?b=c");

        Assert.Equal((status, location), ((int)response.StatusCode, response.Headers.Location!.OriginalString));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Stop));
    }
}
