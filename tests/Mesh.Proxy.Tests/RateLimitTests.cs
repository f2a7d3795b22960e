using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

public sealed class RateLimitTests
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private static readonly Origin Policy = new("RateLimit", "default/orders", "limits.yaml:7", "rules[0]");

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_AboveTheRate_IsRefusedUntilTheBucketFills()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(2, seconds: 10) with { Headers = new() { Set = [new("x-why", "busy")], Add = [new("x-why", "too")] } });
        using var client = new HttpClient();

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], new[] { await StatusAsync(client, pair.Url), await StatusAsync(client, pair.Url) });
        using var refused = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("rate_limited; hop=orders-1; policy=RateLimit default/orders rules[0] (limits.yaml:7)", Header(refused, "mesh-error"));
        Assert.Equal(("5", "\"default\";q=2;w=10", "\"default\";r=0;t=5"), (Header(refused, "Retry-After"), Header(refused, "RateLimit-Policy"), Header(refused, "RateLimit")));
        Assert.Equal(["busy", "too"], refused.Headers.GetValues("x-why"));
        Assert.Contains("http takes 2 such requests in 10s (default); try again in 5 s", await refused.Content.ReadAsStringAsync(Stop));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], new[] { await StatusAsync(client, pair.Url), await StatusAsync(client, pair.Url) });
    }

    [Theory]
    // which limits there are, in their order | how many of five requests GET /a/b with x-tier: gold pass
    [InlineData("* 1", 1)]
    [InlineData("shop 2, * 1", 2)]
    [InlineData("other 2, * 1", 1)]
    [InlineData("default/ 3, * 1", 3)]
    [InlineData("shop any, * 1", 5)]
    [InlineData("* /a 2, * 1", 2)]
    [InlineData("* /b 2, * 1", 1)]
    [InlineData("* GET 3, * 1", 3)]
    [InlineData("* PUT 3, * 1", 1)]
    [InlineData("* gold 4, * 1", 4)]
    [InlineData("* silver 4, * 1", 1)]
    [InlineData("* ?x 4, * 1", 4)]
    [InlineData("shop PUT 1", 5)]
    public async Task Request_OfSeveralLimits_IsHeldToTheFirstThatIsForIt(string limits, int expected)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, [.. limits.Split(", ").Select(Parse)]);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-tier", "gold");
        var passed = 0;
        for (var i = 0; i < 5; i++)
        {
            passed += await StatusAsync(client, new Uri(pair.Url, "/a/b?x=1")) == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(expected, passed);
    }

    [Fact]
    public async Task Request_DeniedByPermission_TakesNoToken()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(1));
        using var client = new HttpClient();
        pair.Apply(o => o with { Permissions = PermissionSet.Nobody });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, pair.Url));
        pair.Apply(o => o with { Permissions = null });

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, pair.Url));
    }

    [Fact]
    public async Task Configuration_ThatChangesOtherThings_KeepsWhatIsInTheBucket()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(1));
        using var client = new HttpClient();
        await StatusAsync(client, pair.Url);

        pair.Apply(o => o with { InboundLimits = new() { Requests = [Limit(1)] }, InboundTimeouts = new() { Request = TimeSpan.FromMinutes(1) } });
        var same = await StatusAsync(client, pair.Url);
        pair.Apply(o => o with { InboundLimits = new() { Requests = [Limit(2)] } });
        var other = await StatusAsync(client, pair.Url);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (same, other));
    }

    [Fact]
    public async Task FrontDoor_SharesTheBucketOfTheMeshDoor()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(1));
        using var client = new HttpClient();

        pair.Apply(o => o with { IsExternal = true });
        var first = await StatusAsync(client, pair.Url);
        var second = await StatusAsync(client, pair.FrontDoor);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first, second));
    }

    [Fact]
    public async Task Answer_OfAnAnnouncedLimit_SaysWhatIsLeft()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(10, seconds: 100) with { Announce = true });
        using var client = new HttpClient();

        using var answer = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("\"default\";q=10;w=100", "\"default\";r=9;t=10"), (Header(answer, "RateLimit-Policy"), Header(answer, "RateLimit")));
        Assert.False(answer.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task GrpcCall_AboveTheRate_IsResourceExhausted()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await StartAsync(app, Limit(1));
        using var client = new HttpClient();
        await StatusAsync(client, pair.Url);
        using var call = new HttpRequestMessage(HttpMethod.Post, pair.Url) { Content = new ByteArrayContent([]) };
        call.Content.Headers.ContentType = new("application/grpc");

        using var refused = await client.SendAsync(call, Stop).InTime();

        Assert.Equal((HttpStatusCode.OK, "8"), (refused.StatusCode, Header(refused, "grpc-status")));
    }

    [Fact]
    public async Task Connection_AboveTheRate_IsReset()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) => await socket.SendAsync(first));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Protocol = AppProtocol.Tcp,
            Time = _time,
            InboundLimits = new() { Connections = [new() { Caller = new PrincipalMatch(Shop), Rate = new(1, TimeSpan.FromMinutes(1)), Origin = Policy }] },
        });

        Assert.Equal(5, await EchoAsync(pair.Listener));
        await Assert.ThrowsAnyAsync<SocketException>(() => EchoAsync(pair.Listener));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(5, await EchoAsync(pair.Listener));
    }

    private static async Task<int> EchoAsync(IPEndPoint address)
    {
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(address, Stop).InTime();
        await client.SendAsync("hello"u8.ToArray(), Stop).InTime();
        var buffer = new byte[16];
        var read = await client.ReceiveAsync(buffer, Stop).InTime();
        return read > 0 ? read : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private static RequestLimit Parse(string text)
    {
        var words = text.Split(' ');
        var limit = words[^1] == "any" ? new RequestLimit { Name = "default", Origin = Policy } : Limit(int.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture));
        return limit with
        {
            Name = words.Length > 2 ? words[1].Trim('/', '?') : "default",
            Caller = words[0] switch
            {
                "*" => null,
                "default/" => new PrincipalMatch("spiffe://test.local/ns/default/", IsPrefix: true),
                _ => new PrincipalMatch($"spiffe://test.local/ns/default/sa/{words[0]}"),
            },
            Match = words.Length < 3 ? RouteMatch.Any : words[1] switch
            {
                ['/', ..] => new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, words[1]) },
                ['?', .. var name] => new RouteMatch { QueryParameters = [new(name, ValueMatchKind.Present, "")] },
                "GET" or "PUT" => new RouteMatch { Method = words[1] },
                _ => new RouteMatch { Headers = [new("x-tier", ValueMatchKind.Exact, words[1])] },
            },
        };
    }

    private static RequestLimit Limit(int num, int seconds = 3600) => new() { Name = "default", Rate = new(num, TimeSpan.FromSeconds(seconds)), Origin = Policy };

    private Task<ProxyPair> StartAsync(TestApp app, params ImmutableArray<RequestLimit> limits) =>
        ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, InboundLimits = new() { Requests = limits } });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri url)
    {
        using var response = await client.GetAsync(url, Stop).InTime();
        return response.StatusCode;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
