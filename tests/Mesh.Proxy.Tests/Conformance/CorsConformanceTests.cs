using System.Net;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>What pages of other origins may do.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class CorsConformanceTests(EchoMesh mesh)
{
    private const string Shop =
        "allowOrigins: ['https://www.foo.com', 'https://*.bar.com', 'http://*.baz.com:8080'], allowMethods: [GET, OPTIONS], allowHeaders: [x-one, x-two], exposeHeaders: [x-three, x-four], maxAge: 3600";

    [Theory, Feature("HTTPRouteCORS")]
    [InlineData("https://www.foo.com", true)]
    [InlineData("https://www.bar.com", true)]
    [InlineData("https://a.b.bar.com", true)]
    [InlineData("http://x.baz.com:8080", true)]
    [InlineData("https://foobar.com", false)]
    [InlineData("https://bar.com", false)]
    [InlineData("http://www.foo.com", false)]
    [InlineData("https://www.bar.com:12345", false)]
    [InlineData("http://x.baz.com", false)]
    [InlineData("null", false)]
    public async Task HTTPRouteCORS_PreflightOfAnOrigin_IsAnsweredByTheSidecar(string origin, bool isAllowed)
    {
        Apply(Shop);

        using var response = await mesh.SendAsync("/a", "OPTIONS", headers: [$"Origin: {origin}", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-one"]);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(isAllowed ? origin : null, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed ? "GET, OPTIONS" : null, Header(response, "Access-Control-Allow-Methods"));
        Assert.Equal(isAllowed ? "x-one, x-two" : null, Header(response, "Access-Control-Allow-Headers"));
        Assert.Equal(isAllowed ? "3600" : null, Header(response, "Access-Control-Max-Age"));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
        Assert.False(mesh.App("echo").Seen.Reader.TryRead(out _));
    }

    [Theory, Feature("HTTPRouteCORS")]
    [InlineData("https://www.foo.com", true)]
    [InlineData("https://evil.example", false)]
    public async Task HTTPRouteCORS_RequestOfAPage_TakesThePlaceOfWhatTheAppSays(string origin, bool isAllowed)
    {
        Apply(Shop);
        mesh.App("echo").First = context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return new(false);
        };

        using var response = await mesh.SendAsync("/a", headers: [$"Origin: {origin}"]);

        Assert.Equal("echo", (await EchoMesh.ReadAsync(response)).Service);
        Assert.Equal(isAllowed ? origin : null, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed ? "x-three, x-four" : null, Header(response, "Access-Control-Expose-Headers"));
        Assert.Equal("Origin", Header(response, "Vary"));
    }

    [Theory, Feature("HTTPRouteCORS")]
    [InlineData(false, "*", "*", "*", "*")]
    [InlineData(true, "https://any.example", "PUT", "x-a, x-b", null)]
    public async Task HTTPRouteCORSAllowCredentialsBehavior_Stars_AreNoStarsWithCredentials(bool credentials, string origin, string methods, string headers, string? exposed)
    {
        Apply($"allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], exposeHeaders: ['*'], allowCredentials: {(credentials ? "true" : "false")}");

        using var preflight = await mesh.SendAsync("/a", "OPTIONS", headers: ["Origin: https://any.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-a, x-b"]);
        using var response = await mesh.SendAsync("/a", headers: ["Origin: https://any.example"]);

        Assert.Equal(origin, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Equal(methods, Header(preflight, "Access-Control-Allow-Methods"));
        Assert.Equal(headers, Header(preflight, "Access-Control-Allow-Headers"));
        Assert.Equal("5", Header(preflight, "Access-Control-Max-Age"));
        Assert.Equal(credentials ? "true" : null, Header(preflight, "Access-Control-Allow-Credentials"));
        Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
        Assert.Equal(exposed, Header(response, "Access-Control-Expose-Headers"));
    }

    [Fact, Feature("HTTPRouteCORS")]
    public async Task HTTPRouteCORS_RuleForAMethod_AnswersThePreflightOfThatMethod()
    {
        mesh.Apply(Routes.Http("- {matches: [{method: PUT}], default: {filters: [{type: CORS, cors: {allowOrigins: ['https://put.example'], allowMethods: [PUT]}}]}}\n- {matches: [{path: {type: PathPrefix, value: /}}]}"));

        using var put = await mesh.SendAsync("/a", "OPTIONS", headers: ["Origin: https://put.example", "Access-Control-Request-Method: PUT"]);
        using var delete = await mesh.SendAsync("/a", "OPTIONS", headers: ["Origin: https://put.example", "Access-Control-Request-Method: DELETE"]);

        Assert.Equal("PUT", Header(put, "Access-Control-Allow-Methods"));
        Assert.Equal("echo", (await EchoMesh.ReadAsync(delete)).Service);
    }

    [Fact, Feature("HTTPRouteCORS")]
    public async Task HTTPRouteCORS_OptionsWithoutOrigin_IsTheApps()
    {
        Apply(Shop);

        Assert.Equal("OPTIONS", (await mesh.EchoAsync(method: "OPTIONS")).Method);
    }

    [Theory, Feature("HTTPRouteCORS")]
    [InlineData("protocol: HTTP, backendRef: {name: nowhere}", 503)]
    [InlineData("protocol: HTTP, backendRef: {name: auth, port: http}, timeout: 1m", 401)]
    public async Task HTTPRouteCORS_RefusalOfTheMesh_CanBeReadByThePage(string asked, int status)
    {
        mesh.Apply(Routes.Http($"- default: {{filters: [{{type: CORS, cors: {{allowOrigins: ['https://a.example'], exposeHeaders: [mesh-error]}}}}, {{type: ExternalAuth, externalAuth: {{{asked}}}}}]}}"));
        mesh.App("auth").First = context =>
        {
            context.Response.StatusCode = 401;
            return new(true);
        };

        using var response = await mesh.SendAsync(headers: ["Origin: https://a.example"]);
        using var stranger = await mesh.SendAsync(headers: ["Origin: https://b.example"]);

        Assert.Equal((status, status), ((int)response.StatusCode, (int)stranger.StatusCode));
        Assert.Equal(("https://a.example", "mesh-error", "Origin"), (Header(response, "Access-Control-Allow-Origin"), Header(response, "Access-Control-Expose-Headers"), Header(response, "Vary")));
        Assert.Equal((null, "Origin"), (Header(stranger, "Access-Control-Allow-Origin"), Header(stranger, "Vary")));
    }

    [Fact, Feature("HTTPRouteCORS")]
    public async Task HTTPRouteCORS_ServiceThatIsGone_IsToldToThePageToo()
    {
        Apply(Shop);
        mesh.Withdraw("echo", 1);

        using var response = await mesh.SendAsync(headers: ["Origin: https://www.foo.com"]);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("https://www.foo.com", Header(response, "Access-Control-Allow-Origin"));
    }

    private void Apply(string cors) => mesh.Apply(Routes.Http($"- {{matches: [{{path: {{type: PathPrefix, value: /}}}}], default: {{filters: [{{type: CORS, cors: {{{cors}}}}}]}}}}"));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
