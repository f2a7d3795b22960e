using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.ControlPlane.Tests.Fakes;

namespace Mesh.ControlPlane.Tests.Api;

public sealed class ApiGateTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ControlPlaneHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("/api/v1/trust-bundle", HttpStatusCode.Unauthorized)]
    [InlineData("/api/v1/audit", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", HttpStatusCode.Unauthorized)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/healthz/live", HttpStatusCode.OK)]
    public async Task Request_WithoutToken_OnlyHealthAnswers(string path, HttpStatusCode expected)
    {
        Assert.Equal(expected, (await SendAsync(HttpMethod.Get, path, token: null)).StatusCode);
    }

    [Theory]
    [InlineData(ControlPlaneHost.AdminToken, HttpStatusCode.OK)]
    [InlineData(ControlPlaneHost.ReaderToken, HttpStatusCode.OK)]
    [InlineData(ControlPlaneHost.NobodyToken, HttpStatusCode.Forbidden)]
    [InlineData("reader-0123456789abcdef0123456789abcdeX", HttpStatusCode.Unauthorized)]
    [InlineData("", HttpStatusCode.Unauthorized)]
    public async Task Read_ByToken_NeedsTheScope(string token, HttpStatusCode expected)
    {
        Assert.Equal(expected, (await SendAsync(HttpMethod.Get, "/api/v1/trust-bundle", token)).StatusCode);
        Assert.Equal(expected, (await SendAsync(HttpMethod.Get, "/metrics", token)).StatusCode);
    }

    [Fact]
    public async Task Write_WithReadScopeOnly_IsForbiddenAsProblem()
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/tokens", ControlPlaneHost.ReaderToken, JsonContent.Create(new { service = "orders" }));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Doors_LeadNowhereElse()
    {
        using var tls = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } })
        {
            BaseAddress = _host.Addresses.Grpc,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        tls.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ControlPlaneHost.AdminToken);
        var apiThroughGrpc = await tls.GetAsync("/api/v1/trust-bundle", TestContext.Current.CancellationToken);
        var grpcThroughApi = await SendAsync(HttpMethod.Post, "/mesh.registration.v1.IdentityService/SignCertificate", ControlPlaneHost.AdminToken);

        Assert.Equal(HttpStatusCode.NotFound, apiThroughGrpc.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, grpcThroughApi.StatusCode);
    }

    [Fact]
    public async Task Token_BodyIsNoJson_IsAProblemWithTheReason()
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/tokens", ControlPlaneHost.AdminToken, new StringContent("{ half", System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    public async Task Request_ForeignHost_IsMisdirected(string host)
    {
        var answer = await SendAsync(HttpMethod.Get, "/api/v1/trust-bundle", ControlPlaneHost.AdminToken, change: r => r.Headers.Host = host);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Request_OfAnotherPage_IsForbiddenAndGetsNoCorsHeader()
    {
        var answer = await SendAsync(HttpMethod.Get, "/api/v1/trust-bundle", ControlPlaneHost.AdminToken, change: r => r.Headers.Add("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Request_FetchOfAnotherSite_IsForbidden()
    {
        var answer = await SendAsync(HttpMethod.Get, "/api/v1/trust-bundle", ControlPlaneHost.AdminToken, change: r =>
        {
            r.Headers.Add("Sec-Fetch-Site", "cross-site");
            r.Headers.Add("Sec-Fetch-Mode", "no-cors");
        });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Token_Issued_IsAnAuditEventWithoutTheSecret()
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/tokens", ControlPlaneHost.AdminToken, JsonContent.Create(new { service = "orders" }));
        var issued = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        var text = (await _host.GetAsync("/api/v1/audit")).GetRawText();
        var file = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "state", "audit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Contains("spiffe://shop.local/ns/default/sa/orders", text, StringComparison.Ordinal);
        Assert.Contains("\"who\":\"admin\"", file, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.GetProperty("token").GetString()!, text + file + string.Join('\n', _host.Logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_BadRequest_ListsEveryViolation()
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/tokens", ControlPlaneHost.AdminToken, JsonContent.Create(new { service = "NOT ok", lifetimeSeconds = -1 }));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["service", "lifetimeSeconds"], problem.GetProperty("violations").EnumerateArray().Select(v => v.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Login_GoodLink_SetsAStrictCookieThatReadsAndNoMore()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var browser = new HttpClient(handler) { BaseAddress = _host.Addresses.Api };

        var login = await browser.GetAsync($"/login?t={ControlPlaneHost.ReaderToken}", TestContext.Current.CancellationToken);
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        var bad = await browser.GetAsync("/login?t=wrong", TestContext.Current.CancellationToken);
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        var read = await browser.GetAsync("/api/v1/authority", TestContext.Current.CancellationToken);
        var write = await browser.PostAsJsonAsync("/api/v1/tokens", new { service = "orders" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, login.StatusCode);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(ControlPlaneHost.ReaderToken, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, bad.StatusCode);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, write.StatusCode);
    }

    [Fact]
    public async Task Login_ToTheMeshesOfTwoApps_StaysLoggedInToBoth()
    {
        using var other = new TemporaryDirectory();
        await using var second = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(other));
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }); // like a browser's, it does not know ports
        Uri[] meshes = [_host.Addresses.Api!, second.Addresses.Api!];

        foreach (var mesh in meshes)
        {
            await browser.GetAsync(new Uri(mesh, $"/login?t={ControlPlaneHost.ReaderToken}"), TestContext.Current.CancellationToken);
        }

        foreach (var mesh in meshes)
        {
            var answer = await browser.GetAsync(new Uri(mesh, "/api/v1/authority"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, HttpContent? content = null, Action<HttpRequestMessage>? change = null)
    {
        using var client = new HttpClient { BaseAddress = _host.Addresses.Api };
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        change?.Invoke(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
