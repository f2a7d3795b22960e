using System.Net;
using Envoy.Service.Auth.V3;
using Google.Protobuf;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>A service that is asked about requests.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class AuthorizationConformanceTests(EchoMesh mesh)
{
    private const string OverHttp = "protocol: HTTP, backendRef: {name: auth, port: http}, http: {path: /check, allowedHeaders: [x-token], allowedResponseHeaders: [x-user]}";
    private const string OverGrpc = "protocol: GRPC, backendRef: {name: auth, port: rpc}";
    private const string Patient = "1m"; // the usual second is over while a busy machine shakes hands

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Feature("HTTPRouteExternalAuthHTTP")]
    public async Task HTTPRouteExternalAuthHTTP_Allowed_GoesOnWithTheHeadersOfTheAnswer()
    {
        Apply(OverHttp);
        mesh.App("auth").First = context =>
        {
            context.Response.Headers["x-user"] = "ann";
            context.Response.Headers["x-other"] = "not asked for";
            return new(false);
        };

        var echo = await mesh.EchoAsync("/a?b=c", "POST", headers: ["x-token: t", "x-secret: s", "Authorization: Bearer b"], content: new StringContent("the body"));
        var asked = await mesh.NextAt("auth");

        Assert.Equal(("echo", "ann", "", "the body", "/a?b=c"), (echo.Service, echo.Header("x-user"), echo.Header("x-other"), echo.Body, echo.Path));
        Assert.Equal(("POST", "/check/a?b=c", "t", "", "Bearer b", "", "0"), (asked.Method, asked.Path, asked.Header("x-token"), asked.Header("x-secret"), asked.Header("authorization"), asked.Body, asked.Header("content-length")));
    }

    [Theory, Feature("HTTPRouteExternalAuthHTTP")]
    [InlineData(200, false)]
    [InlineData(500, true)]
    public async Task HTTPRouteExternalAuthHTTP_HeaderThatTheServiceIsToSet_IsNotTheCallersToSay(int status, bool failOpen)
    {
        Apply($"{OverHttp}, failOpen: {(failOpen ? "true" : "false")}");
        mesh.App("auth").First = context =>
        {
            context.Response.StatusCode = status;
            return new(true);
        };

        var echo = await mesh.EchoAsync(headers: ["x-user: admin", "x-kept: k"]);

        Assert.Equal(("", "k"), (echo.Header("x-user"), echo.Header("x-kept")));
    }

    [Theory, Feature("HTTPRouteExternalAuthHTTP")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HTTPRouteExternalAuthHTTP_RefusalThatBreaksOff_IsARefusalAndNotTakenForWhole(bool failOpen)
    {
        Apply($"{OverHttp}, failOpen: {(failOpen ? "true" : "false")}");
        var isSeen = new TaskCompletionSource();
        mesh.App("auth").First = async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync("no, because", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await isSeen.Task.InTime();
            context.Abort();
            return true;
        };

        using var request = new HttpRequestMessage(HttpMethod.Get, mesh.Url());
        using var client = new HttpClient();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        isSeen.SetResult();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Stop).InTime());
        Assert.False(mesh.App("echo").Seen.Reader.TryRead(out _));
    }

    [Fact, Feature("HTTPRouteExternalAuthForwardBody")]
    public async Task HTTPRouteExternalAuthHTTPForwardBody_BodyThatIsNone_IsTheCallersFault()
    {
        Apply($"{OverHttp}, forwardBody: {{maxSize: 100}}");
        using var http = await RawHttp.ConnectAsync(new(System.Net.IPAddress.Loopback, mesh.Url().Port));

        await http.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
        var answer = await http.ReadToAsync("mesh-error: bad_request;");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.False(mesh.App("auth").Seen.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(302)]
    [Feature("HTTPRouteExternalAuthHTTP")]
    public async Task HTTPRouteExternalAuthHTTP_AnyOtherStatus_IsTheCallersAnswer(int status)
    {
        Apply(OverHttp);
        mesh.App("auth").First = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["x-why"] = "no";
            await context.Response.WriteAsync("log in", context.RequestAborted);
            return true;
        };

        using var response = await mesh.SendAsync();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("no", response.Headers.GetValues("x-why").Single());
        Assert.Equal("authorization_denied; hop=client-1; policy=HttpRoute default/route to[0].rules[0] (test.yaml:7)", response.Headers.GetValues("mesh-error").Single());
        Assert.Equal("log in", await response.Content.ReadAsStringAsync(Stop));
        Assert.False(mesh.App("echo").Seen.Reader.TryRead(out _));
    }

    [Theory, Feature("HTTPRouteExternalAuth")]
    [InlineData(OverHttp)]
    [InlineData(OverGrpc)]
    public async Task HTTPRouteExternalAuthBackendUnavailable_NoAnswer_LetsNothingPass(string asked)
    {
        Apply(asked, timeout: "300ms");
        mesh.App("auth").First = async context =>
        {
            await TestApp.SilentAsync(context);
            return true;
        };

        using var late = await mesh.SendAsync();
        mesh.App("auth").First = context =>
        {
            context.Response.StatusCode = 500;
            return new(true);
        };
        using var broken = await mesh.SendAsync();
        mesh.Withdraw("auth", 1);
        using var gone = await mesh.SendAsync();

        foreach (var response in new[] { late, broken, gone })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.StartsWith("authorization_unavailable;", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        }

        Assert.False(mesh.App("echo").Seen.Reader.TryRead(out _));
    }

    [Fact, Feature("HTTPRouteExternalAuth")]
    public async Task HTTPRouteExternalAuthBackendUnavailable_PolicyThatFailsOpen_LetsPass()
    {
        Apply($"{OverHttp}, failOpen: true");
        mesh.Withdraw("auth", 1);

        Assert.Equal("echo", (await mesh.EchoAsync()).Service);
    }

    [Theory, Feature("HTTPRouteExternalAuth")]
    [InlineData("protocol: HTTP, backendRef: {name: nowhere}")]
    [InlineData("protocol: HTTP, backendRef: {name: auth, port: nothing}")]
    public async Task HTTPRouteExternalAuthBackendRefNotFound_AnyRequest_IsRefused(string asked)
    {
        var compiled = Apply(asked);

        using var response = await mesh.SendAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(Model.Compilation.WarningReason.BackendNotFound, Assert.Single(compiled.Warnings).Reason);
    }

    [Fact, Feature("HTTPRouteExternalAuthGRPC")]
    public async Task HTTPRouteExternalAuthGRPC_Allowed_ChangesRequestAndResponse()
    {
        Apply(OverGrpc);
        CheckRequest? seen = null;
        Check(check =>
        {
            seen = check;
            var ok = new OkHttpResponse { HeadersToRemove = { "x-secret" } };
            ok.Headers.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "x-user", Value = "ann" } });
            ok.Headers.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "Host", Value = "elsewhere" } });
            ok.ResponseHeadersToAdd.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "x-checked", Value = "yes" } });
            return new CheckResponse { Status = new(), OkResponse = ok };
        });

        using var response = await mesh.SendAsync("/a?b=c", headers: ["x-token: t", "x-secret: s"]);
        var echo = await EchoMesh.ReadAsync(response);

        Assert.Equal(("ann", ""), (echo.Header("x-user"), echo.Header("x-secret")));
        Assert.NotEqual("elsewhere", echo.Host);
        Assert.Equal("yes", response.Headers.GetValues("x-checked").Single());
        var http = seen!.Attributes.Request.Http;
        Assert.Equal(("GET", "/a?b=c", "t"), (http.Method, http.Path, http.Headers["x-token"]));
        Assert.Equal(("default/client", "default/echo/http"), (seen.Attributes.Source.Service, seen.Attributes.Destination.Service));
    }

    [Fact, Feature("HTTPRouteExternalAuthGRPC")]
    public async Task HTTPRouteExternalAuthGRPC_Denied_IsAnsweredInItsWords()
    {
        Apply(OverGrpc);
        Check(_ =>
        {
            var denied = new DeniedHttpResponse { Status = new() { Code = (Envoy.Type.V3.StatusCode)429 }, Body = "later" };
            denied.Headers.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "retry-after", Value = "7" } });
            denied.Headers.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "set-cookie", Value = "a=1" } });
            denied.Headers.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new() { Key = "set-cookie", Value = "b=2" } });
            return new CheckResponse { Status = new() { Code = 7 }, DeniedResponse = denied };
        });

        using var response = await mesh.SendAsync();

        Assert.Equal((HttpStatusCode)429, response.StatusCode);
        Assert.Equal("7", response.Headers.GetValues("retry-after").Single());
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("set-cookie"));
        Assert.Equal("later", await response.Content.ReadAsStringAsync(Stop));
    }

    [Theory, Feature("HTTPRouteExternalAuthForwardBody")]
    [InlineData("maxSize: 100", 10, 200, "10")]
    [InlineData("maxSize: 100", 100, 200, "100")]
    [InlineData("maxSize: 100", 200, 413, null)]
    [InlineData("maxSize: 0", 200, 200, "0")]
    public async Task HTTPRouteExternalAuthGRPCForwardBody_UpToTheLimit_IsShownAndStillReachesTheBackend(string forward, int length, int status, string? shown)
    {
        foreach (var isChunked in new[] { false, true })
        {
            Apply($"{OverGrpc}, forwardBody: {{{forward}}}");
            int? seen = null;
            Check(check =>
            {
                seen = check.Attributes.Request.Http.RawBody.Length;
                return new CheckResponse { Status = new() };
            });

            using var content = new StringContent(new string('x', length));
            using var response = await mesh.SendAsync(method: "POST", headers: isChunked ? ["Transfer-Encoding: chunked"] : [], content: content);

            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(shown, seen?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (status == 200)
            {
                Assert.Equal(length, (await EchoMesh.ReadAsync(response)).Body.Length);
            }
        }
    }

    [Fact, Feature("HTTPRouteExternalAuth")]
    public async Task HTTPRouteExternalAuthHTTP_GrpcCallThatIsDenied_GetsAGrpcStatus()
    {
        mesh.Apply(Routes.Grpc($"- default: {{filters: [{{type: ExternalAuth, externalAuth: {{{OverHttp}, timeout: {Patient}}}}}]}}"));
        mesh.App("auth").First = context =>
        {
            context.Response.StatusCode = 401;
            return new(true);
        };

        var (response, status, echo) = await mesh.CallAsync("shop.Orders/Get");

        Assert.Equal((HttpStatusCode.OK, "16", null), (response.StatusCode, status, echo));
        response.Dispose();
    }

    private Model.Compilation.CompiledMesh Apply(string asked, string timeout = Patient) =>
        mesh.Apply(Routes.Http($"- default: {{filters: [{{type: ExternalAuth, externalAuth: {{{asked}, timeout: {timeout}}}}}]}}"));

    private void Check(Func<CheckRequest, CheckResponse> answer) => mesh.App("auth").First = async context =>
    {
        Assert.Equal("/envoy.service.auth.v3.Authorization/Check", context.Request.Path);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var response = answer(CheckRequest.Parser.ParseFrom(GrpcFrame.Message(body.ToArray())));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(GrpcFrame.Of(response.ToByteArray()), context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
        return true;
    };
}
