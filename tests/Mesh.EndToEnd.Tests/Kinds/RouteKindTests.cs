using System.Text.Json;
using Mesh.EndToEnd.Tests.Running;

namespace Mesh.EndToEnd.Tests.Kinds;

/// <summary>Where calls go, over real processes.</summary>
[Collection("Trio")]
public sealed class RouteKindTests(KindsFixture kinds)
{
    [Fact]
    public async Task HttpRoute_WeightsAHeaderAndAMirror_SendsAQuarterAllOfABetaAndACopyOfEach()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("route.yaml", Route("HttpRoute", "http", """
            - name: beta
              matches: [{ headers: [{ name: x-beta, value: "1" }] }]
              default: { backendRefs: [{ name: next }] }
            - name: split
              default:
                filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: auth } } }]
                backendRefs: [{ name: back, weight: 3 }, { name: next, weight: 1 }]
            """));
        await KindsFixture.UntilAsync(() => front.CallAsync("{BACK_HTTP}/who", headers: new() { ["x-beta"] = "1" }), IsNext);

        var split = 0;
        for (var i = 0; i < 40; i++)
        {
            split += IsNext(await front.CallAsync("{BACK_HTTP}/count/split", "POST")) ? 1 : 0;
        }

        var beta = await front.CallAsync("{BACK_HTTP}/count/beta", "POST", new() { ["x-beta"] = "1" });
        var copies = await KindsFixture.UntilAsync(() => front.CallAsync("{AUTH_HTTP}/count/split"), r => r.Body == "40");
        var ofBeta = await front.CallAsync("{AUTH_HTTP}/count/beta");

        Assert.Equal(10, split);
        Assert.True(IsNext(beta), beta.ToString());
        Assert.Equal(("40", "0"), (copies.Body, ofBeta.Body));
    }

    [Fact]
    public async Task GrpcRoute_OneMethod_GoesElsewhereAndWhatNobodyNamedIsUnimplemented()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        var before = await KindsFixture.UntilAsync(() => GrpcAsync(front, "Nothing"), r => r.Header("grpc-status") == "0");
        await using var policy = await mesh.WritePolicyAsync("calls.yaml", Route("GrpcRoute", "grpc", """
            - matches: [{ method: { service: test.Answers, method: Nothing }, headers: [{ name: x-beta, value: "1" }] }]
              default: { backendRefs: [{ name: next }] }
            - matches: [{ method: { service: test.Answers, method: Nothing } }]
            """));

        var beta = await KindsFixture.UntilAsync(() => GrpcAsync(front, "Nothing", "1"), IsNext);
        var plain = await GrpcAsync(front, "Nothing");
        var other = await KindsFixture.UntilAsync(() => GrpcAsync(front, "Anything"), r => r.Header("grpc-status") == "12" && r.Header("mesh-error") is not null);

        Assert.All([before, beta, plain], answer => Assert.Equal("0", answer.Header("grpc-status")));
        Assert.StartsWith("back-", plain.Header("x-replica"), StringComparison.Ordinal);
        Assert.StartsWith("no_route; hop=front-0; policy=GrpcRoute default/grpc", other.Header("mesh-error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TcpRoute_TwoDatabases_EachGetsHalfOfTheConnections()
    {
        var mesh = await kinds.MeshAsync();
        Assert.SkipWhen(mesh.IsAbsent("db-0"), "No PostgreSQL server on this machine; the package postgresql has it.");
        var front = mesh.App("front");
        // Each database has a password of its own, so that it tells by refusing whose connection it is.
        var (one, other) = (await PasswordAsync("db"), await PasswordAsync("db-next"));
        // It listens before it is done with its start.
        var before = await Eventually.GetAsync(() => AskAsync(one), answer => answer == "2", TimeSpan.FromSeconds(60));
        await using var policy = await mesh.WritePolicyAsync("connections.yaml", TestMesh.Policy("TcpRoute", "connections", """
            targetRef: { kind: Mesh }
            to:
            - targetRef: { kind: Service, name: db }
              rules:
              - default: { backendRefs: [{ name: db }, { name: db-next }] }
            """));
        await Eventually.GetAsync(() => AskAsync(other), answer => answer == "2", TimeSpan.FromSeconds(60));

        var answers = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await AskAsync(i % 4 < 2 ? one : other));
        }

        Assert.Equal("2", before);
        Assert.Equal((5, 5), (answers.Count(a => a == "2"), answers.Count(a => a == "28P01")));

        Task<string> AskAsync(string password) => front.AskAsync("DB_TCP", password, "select 1 + 1");

        async Task<string> PasswordAsync(string name) => (await File.ReadAllTextAsync(Path.Combine(mesh.Directory, ".mesh", $"{name}.password"), TestContext.Current.CancellationToken)).Trim();
    }

    [Fact]
    public async Task Cors_PageOfAnAllowedOrigin_IsAnsweredByTheSidecarAndAStrangerIsNot()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("cors.yaml", Route("HttpRoute", "http", """
            - default: { filters: [{ type: CORS, cors: { allowOrigins: ["https://shop.example"], allowMethods: [PUT], maxAge: 60 } }] }
            """));

        var preflight = await KindsFixture.UntilAsync(() => PreflightAsync("https://shop.example"), r => r.Status == 204);
        var stranger = await PreflightAsync("https://other.example");
        var page = await front.CallAsync("{BACK_HTTP}/who", headers: new() { ["Origin"] = "https://shop.example" });

        Assert.Equal(("https://shop.example", "PUT", "60"), (preflight.Header("access-control-allow-origin"), preflight.Header("access-control-allow-methods"), preflight.Header("access-control-max-age")));
        Assert.Equal((204, null), (stranger.Status, stranger.Header("access-control-allow-origin")));
        Assert.Equal((200, "https://shop.example"), (page.Status, page.Header("access-control-allow-origin")));

        Task<CallResult> PreflightAsync(string origin) => front.CallAsync("{BACK_HTTP}/who", "OPTIONS", new() { ["Origin"] = origin, ["Access-Control-Request-Method"] = "PUT" });
    }

    [Fact]
    public async Task ExternalAuth_ServiceThatIsAsked_DecidesAndSaysWhoItIs()
    {
        var mesh = await kinds.MeshAsync();
        var front = mesh.App("front");
        await using var policy = await mesh.WritePolicyAsync("asked.yaml", Route("HttpRoute", "http", """
            - default:
                filters:
                - type: ExternalAuth
                  externalAuth: { protocol: HTTP, backendRef: { name: auth }, http: { path: /may, allowedHeaders: [x-token], allowedResponseHeaders: [x-user] }, timeout: 60s }
            """));

        var refused = await KindsFixture.UntilAsync(() => front.CallAsync("{BACK_HTTP}/echo/x"), r => r.Status == 401);
        var passed = await front.CallAsync("{BACK_HTTP}/echo/x", headers: new() { ["x-token"] = "good", ["x-user"] = "admin" });

        Assert.Equal("log in first", refused.Body);
        Assert.StartsWith("authorization_denied; hop=front-0; policy=HttpRoute default/http", refused.Header("mesh-error"), StringComparison.Ordinal);
        using var seen = JsonDocument.Parse(passed.Body);
        Assert.Equal("ann", seen.RootElement.GetProperty("headers").GetProperty("x-user").GetString());
    }

    private static bool IsNext(CallResult answer) => answer.Header("x-replica") == "next-0";

    private static Task<CallResult> GrpcAsync(App app, string method, string? beta = null)
    {
        var headers = new Dictionary<string, string> { ["content-type"] = "application/grpc", ["te"] = "trailers" };
        if (beta is not null)
        {
            headers["x-beta"] = beta;
        }

        return app.CallAsync($"{{BACK_GRPC}}/test.Answers/{method}", "POST", headers, "\0\0\0\0\0", "2.0");
    }

    private static string Route(string kind, string port, string rules) => TestMesh.Policy(kind, port, $$"""
        targetRef: { kind: Mesh }
        to:
        - targetRef: { kind: Service, name: back, sectionName: {{port}} }
          rules:
        {{string.Join('\n', rules.Split('\n').Select(line => "  " + line))}}
        """);
}
