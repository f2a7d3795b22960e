using System.Net;
using System.Net.Http.Headers;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

/// <summary>Tokens and headers at real doors: what callers are told, and what apps are given.</summary>
public sealed class TokenPairTests : IDisposable
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private readonly TestIssuer _issuer = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Origin Policy { get; } = new("TrafficPermission", "default/orders", "mesh.yaml:3", "rules[0].default.allow[0]");

    public void Dispose() => _issuer.Dispose();

    [Theory]
    [InlineData(null, 401, "token_required", "Bearer")]
    [InlineData("reader", 403, "permission_denied", null)]
    [InlineData("writer", 200, null, null)]
    [InlineData("forged", 401, "token_invalid", "Bearer error=\"invalid_token\"")]
    public async Task Request_ToAPortThatWantsAClaim_IsAnsweredByWhatItsTokenSays(string? who, int status, string? code, string? challenge)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(context.Request.Headers.Authorization.ToString(), context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Permissions = Writers() });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, pair.Url);
        var token = Token(who);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        using var response = await client.SendAsync(request, Stop).InTime();

        var body = await response.Content.ReadAsStringAsync(Stop).InTime();
        Assert.Equal((status, challenge), ((int)response.StatusCode, response.Headers.WwwAuthenticate.SingleOrDefault()?.ToString()));
        Assert.Equal(code, response.Headers.TryGetValues("mesh-error", out var error) ? error.Single().Split(';')[0] : null);
        Assert.Equal(status == 200 ? 1 : 0, app.Requests);
        if (status == 200)
        {
            Assert.Equal($"Bearer {token}", body);
        }
        else if (token is not null)
        {
            Assert.DoesNotContain(token.Split('.')[2], body + response, StringComparison.Ordinal);
        }

        Assert.Equal(who == "forged", body.Contains("signature is wrong (signature)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Grpc_WithoutToken_IsUnauthenticated()
    {
        await using var pair = await GrpcPair.StartAsync(_ => Task.CompletedTask, new PairOptions { Permissions = Writers() });

        using var response = await pair.CallAsync([0, 0, 0, 0, 0]).InTime();

        Assert.Equal("16", response.Headers.GetValues("grpc-status").Single());
    }

    [Theory]
    [InlineData("test.Echo/Call", null)]
    [InlineData("test.echo/Call", "7")]
    [InlineData("test.Echo/call", "7")]
    [InlineData("test.Echo/Call/", "7")]
    [InlineData("test.Echo/Other", "7")]
    public async Task Grpc_MethodThatIsAllowed_IsThatMethodLetterByLetter(string path, string? status)
    {
        var rule = new PermissionRule { Principals = [new(Shop)], Requests = [new("POST", new(PathMatchKind.Exact, "/test.Echo/Call"))], Origin = Policy };
        await using var pair = await GrpcPair.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            return Task.CompletedTask;
        }, new PairOptions { Permissions = new PermissionSet { Allow = [rule] } });

        using var response = await pair.CallAsync([0, 0, 0, 0, 0], path: path).InTime();

        Assert.Equal(status, response.Headers.TryGetValues("grpc-status", out var said) ? said.Single() : null);
    }

    [Fact]
    public async Task Token_ThatIsNotForTheApp_IsTakenOut()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync($"{context.Request.QueryString} {context.Request.Headers.Cookie}", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Permissions = Writers(provider => provider with { Forward = false, Places = [new(TokenPlaceKind.Query, "t")] }),
        });
        using var client = new HttpClient();

        Assert.Equal("?a=1&b=2 ", await client.GetStringAsync(new Uri(pair.Url, $"?a=1&t={Token("writer")}&b=2"), Stop).InTime());
    }

    [Fact]
    public async Task Token_WhoseKeysCannotBeHad_Is503()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Permissions = Writers(provider => provider with { Keys = null, KeysFile = "/nowhere/keys.json" }) });
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", Token("writer")) } };

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("token_keys_unavailable", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("forged", 401)]
    [InlineData("reader", 200)]
    public async Task ExternalFrontDoor_ThatDemandsAToken_LetsOutsidersInWithOne(string? who, int status)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            IsExternal = true,
            FrontPermissions = new PermissionSet
            {
                TokenProviders = [_issuer.Provider],
                Deny = [new() { Anyone = true, Token = new() { Providers = [_issuer.Provider.Name], Missing = true }, Origin = Policy }],
            },
        });
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = Token(who) is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, app.Requests);
    }

    [Theory]
    [InlineData("x-role: admin", 403)]
    [InlineData("x-role: user\nx-role: admin", 403)]
    [InlineData("X-Role: admin", 403)]
    [InlineData("x-role: user", 200)]
    [InlineData("x-role: user\nx-tenant: a", 200)]
    [InlineData("x-role: user\nx-tenant: a\nx-tenant: b", 403)]
    [InlineData("x-tenant: b", 403)]
    [InlineData("", 403)]
    public async Task Headers_OfWhichThereAreSeveral_DenyByAnyAndAllowByOneOnly(string headers, int status)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Permissions = new PermissionSet
            {
                Deny = [new() { Anyone = true, Requests = [With(new ValueMatch("x-role", ValueMatchKind.Exact, "admin"))], Origin = Policy }],
                Allow = [new() { Requests = [With(new ValueMatch("x-role", ValueMatchKind.Present, ""), new ValueMatch("x-tenant", ValueMatchKind.Absent, "")), With(new ValueMatch("x-tenant", ValueMatchKind.Exact, "a"))], Origin = Policy }],
            },
        });

        using var http = await RawHttp.ConnectAsync(pair.Listener);
        await http.SendAsync($"GET / HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n{string.Concat(headers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{line}\r\n"))}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", await http.ReadToAsync("\r\n"), StringComparison.Ordinal);
    }

    private PermissionSet Writers(Func<TokenProvider, TokenProvider>? change = null)
    {
        var provider = change?.Invoke(_issuer.Provider) ?? _issuer.Provider;
        return new()
        {
            TokenProviders = [provider],
            Allow = [new() { Principals = [new(Shop)], Token = new() { Providers = [provider.Name], Claims = [new() { Path = ["scope"], Contains = ["orders.write"] }] }, Origin = Policy }],
        };
    }

    private string? Token(string? who)
    {
        var now = TimeProvider.System.GetUtcNow();
        return who switch
        {
            null => null,
            "reader" => _issuer.Sign(TestIssuer.Head("RS256"), TestIssuer.Claims(now).Replace(" orders.write", " xorders.write orders.writer", StringComparison.Ordinal), "RS256"),
            "forged" => Forged(_issuer.Token(now)),
            _ => _issuer.Token(now),
        };
    }

    // The first octet of the signature is another one.
    private static string Forged(string token)
    {
        var at = token.LastIndexOf('.') + 1;
        return $"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}";
    }

    private static RequestMatch With(params ValueMatch[] headers) => new(null, null) { Headers = [.. headers] };
}
