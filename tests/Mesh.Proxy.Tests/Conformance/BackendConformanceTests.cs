using System.Net;
using System.Net.WebSockets;
using Mesh.Model.Compilation;

namespace Mesh.Proxy.Tests.Conformance;

/// <summary>Where requests go.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class BackendConformanceTests(EchoMesh mesh)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact, Feature("HTTPRoute")]
    public async Task HTTPRouteWeight_SeventyToThirty_IsExactToOneOfAHundred()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, weight: 70}, {name: echo-v2, weight: 30}, {name: echo-v3, weight: 0}]}"));

        var seen = new Dictionary<string, int>();
        for (var i = 0; i < 500; i++)
        {
            var service = (await mesh.EchoAsync()).Service;
            seen[service] = seen.GetValueOrDefault(service) + 1;
        }

        Assert.InRange(seen["echo-v1"], 349, 351);
        Assert.InRange(seen["echo-v2"], 149, 151);
        Assert.Equal(2, seen.Count);
    }

    [Fact, Feature("HTTPRoute")]
    public async Task HTTPRouteWeight_ConfigurationThatChangesElsewhere_SplitsOn()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1}, {name: echo-v2}]}"));

        var seen = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            seen.Add((await mesh.EchoAsync()).Service);
            mesh.Renew();
        }

        Assert.Equal(5, seen.Count(s => s == "echo-v1"));
    }

    [Fact, Feature("HTTPRoute")]
    public async Task HTTPRouteAllBackendsWeightZero_AnyRequest_Is500()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, weight: 0}, {name: echo-v2, weight: 0}]}"));

        using var response = await mesh.SendAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Theory, Feature("HTTPRoute")]
    [InlineData("{name: nowhere}", "there is no service default/nowhere")]
    [InlineData("{name: echo-v1, port: nothing}", "default/echo-v1 has no port nothing")]
    public async Task HTTPRouteInvalidNonExistentBackendRef_ItsShare_Is500AndTheRouteSaysWhy(string backend, string why)
    {
        var compiled = mesh.Apply(Routes.Http($"- default: {{backendRefs: [{{name: echo-v1}}, {backend}]}}"));

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            using var response = await mesh.SendAsync();
            statuses.Add(response.StatusCode);
        }

        Assert.Equal(5, statuses.Count(s => s == HttpStatusCode.OK));
        Assert.Equal(5, statuses.Count(s => s == HttpStatusCode.InternalServerError));
        var warning = Assert.Single(compiled.Warnings);
        Assert.Contains(why, warning.Message, StringComparison.Ordinal);
        Assert.Equal(WarningReason.BackendNotFound, warning.Reason);
    }

    [Fact, Feature("HTTPRouteBackendProtocolH2C")]
    public async Task HTTPRouteBackendProtocolH2C_PortOfHttp2_IsSpokenToInIt()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1, port: h2}]}"));

        Assert.Equal("HTTP/2", (await mesh.EchoAsync()).Protocol);
    }

    [Fact, Feature("HTTPRouteBackendProtocolWebSocket")]
    public async Task HTTPRouteBackendProtocolWebSocket_Upgrade_GoesThroughTheRoute()
    {
        mesh.Apply(Routes.Http("- {matches: [{path: {type: Exact, value: /ws}}], default: {backendRefs: [{name: echo-v2}]}}"));
        mesh.App("echo-v2").First = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hi"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return true;
        };
        using var client = new ClientWebSocket();

        await client.ConnectAsync(new UriBuilder(mesh.Url()) { Scheme = "ws", Path = "/ws" }.Uri, Stop);
        var buffer = new byte[8];
        var message = await client.ReceiveAsync(buffer, Stop);

        Assert.Equal("hi"u8.ToArray(), buffer[..message.Count]);
    }

    [Fact, Feature("CookieSessionPersistence")]
    public async Task HTTPRouteSessionPersistenceCookie_ClientThatKeepsIt_StaysAtItsReplicaAndBackend()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1}, {name: echo-v2}], sessionPersistence: {sessionName: where}}"));

        var places = new HashSet<(string, int)>();
        for (var client = 0; client < 12; client++)
        {
            using var first = await mesh.SendAsync();
            var (cookie, attributes) = Cookie(first, "where");
            Assert.DoesNotContain("Max-Age", attributes, StringComparison.Ordinal);
            var echo = await EchoMesh.ReadAsync(first);
            places.Add((echo.Service, echo.Replica));
            for (var i = 0; i < 3; i++)
            {
                using var next = await mesh.SendAsync(headers: [$"Cookie: a=b; where={cookie}"]);
                var again = await EchoMesh.ReadAsync(next);
                Assert.Equal((echo.Service, echo.Replica), (again.Service, again.Replica));
                Assert.False(next.Headers.Contains("Set-Cookie"));
            }
        }

        Assert.True(places.Count > 1, "Every client came to the same replica, so that nothing was shown.");
    }

    [Fact, Feature("CookieSessionPersistence")]
    public async Task HTTPRouteSessionPersistenceCookie_BackendThatHasNoReplicaLeft_IsFollowedByAnother()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v2}, {name: echo-v3}], sessionPersistence: {sessionName: where}}"));
        using var first = await mesh.SendAsync();
        var cookie = Cookie(first, "where").Value;
        var gone = (await EchoMesh.ReadAsync(first)).Service;

        mesh.Withdraw(gone, 1);
        var served = 0;
        for (var i = 0; i < 4; i++)
        {
            // Those whose turn it is to go where nobody is fail, as without a session; a session must not tie a client to them.
            using var next = await mesh.SendAsync(headers: [$"Cookie: where={cookie}"]);
            served += next.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(2, served);
    }

    [Theory, Feature("CookieSessionPersistence")]
    [InlineData("/shop", "/shop/a", "/shop")]
    [InlineData("/sh op", "/sh%20op/a", "/sh%20op")]
    [InlineData("/caf\u00e9/100%", "/caf%C3%A9/100%25/a", "/caf%C3%A9/100%25")]
    [InlineData("/a;b", "/a;b/c", "/")]
    [InlineData("/", "/a", "/")]
    public async Task HTTPRouteSessionPersistenceCookie_PathOfTheRule_IsWrittenAsBrowsersWriteIt(string prefix, string path, string expected)
    {
        mesh.Apply(Routes.Http($"- {{matches: [{{path: {{type: PathPrefix, value: \"{prefix}\"}}}}], default: {{sessionPersistence: {{sessionName: where}}}}}}"));

        using var response = await mesh.SendAsync(path);

        Assert.Equal($"; Path={expected}; HttpOnly", Cookie(response, "where").Attributes);
    }

    [Fact, Feature("CookieSessionPersistencePermanentLifetime")]
    public async Task HTTPRouteSessionPersistenceCookiePermanentLifetime_Cookie_SaysHowLong()
    {
        mesh.Apply(Routes.Http("- default: {sessionPersistence: {sessionName: where, absoluteTimeout: 1h, cookieConfig: {lifetimeType: Permanent}}}"));

        using var response = await mesh.SendAsync();

        Assert.Contains("Max-Age=3600", Cookie(response, "where").Attributes, StringComparison.Ordinal);
    }

    [Fact, Feature("HeaderSessionPersistence")]
    public async Task HTTPRouteSessionPersistenceHeader_ReplicaThatGoes_IsFollowedByAnother()
    {
        mesh.Apply(Routes.Http("- default: {backendRefs: [{name: echo-v1}], sessionPersistence: {type: Header, sessionName: x-where}}"));
        using var first = await mesh.SendAsync();
        var mark = first.Headers.GetValues("x-where").Single();
        var replica = (await EchoMesh.ReadAsync(first)).Replica;
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(replica, (await mesh.EchoAsync(headers: [$"x-where: {mark}"])).Replica);
        }

        mesh.Withdraw("echo-v1", replica);
        using var moved = await mesh.SendAsync(headers: [$"x-where: {mark}"]);

        Assert.NotEqual(replica, (await EchoMesh.ReadAsync(moved)).Replica);
        Assert.NotEqual(mark, moved.Headers.GetValues("x-where").Single());
    }

    private static (string Value, string Attributes) Cookie(HttpResponseMessage response, string name)
    {
        var line = response.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith($"{name}=", line, StringComparison.Ordinal);
        var end = line.IndexOf(';', StringComparison.Ordinal);
        return (line[(name.Length + 1)..end], line[end..]);
    }
}
