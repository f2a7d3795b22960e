using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

public sealed class RoutingTests
{
    private const string Orders = "default/orders/http";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task Echo(HttpContext context)
    {
        context.Response.Headers["x-app"] = "app";
        return context.Response.WriteAsync(
            $"{context.Request.Path}{context.Request.QueryString} host={context.Request.Host} a={context.Request.Headers["x-a"]} b={context.Request.Headers["x-b"]} c={context.Request.Headers["x-c"]}",
            context.RequestAborted);
    }

    [Fact]
    public async Task NoRuleMatches_Is404WithItsReason()
    {
        await using var app = await TestApp.StartAsync(Echo);
        await using var pair = await ProxyPair.StartAsync(app.Address, Rules(Rule("one", new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/v2") })));
        using var client = new HttpClient();

        using var found = await client.GetAsync(new Uri(pair.Url, "v2/x"), Stop).InTime();
        using var missing = await client.GetAsync(new Uri(pair.Url, "v2example"), Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("no_route; hop=shop-1", missing.Headers.GetValues("mesh-error").Single());
        Assert.Contains("no rule for default/orders/http matches GET /v2example", await missing.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersRewriteAndHost_AreChangedOnTheWay()
    {
        await using var app = await TestApp.StartAsync(Echo);
        var rule = Rule("rewrite", new RouteMatch { Path = new PathMatch(PathMatchKind.PathPrefix, "/old") }) with
        {
            Action = new ForwardAction { Backends = [new WeightedCluster(Orders)], RewriteHost = "new.example", RewritePath = new PathRewrite(IsPrefix: true, "/new") },
            RequestHeaders = new HeaderModification { Set = [new("x-a", "set")], Add = [new("x-b", "added")], Remove = ["x-c"] },
            ResponseHeaders = new HeaderModification { Set = [new("x-app", "proxy")] },
        };
        await using var pair = await ProxyPair.StartAsync(app.Address, Rules(rule));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(pair.Url, "old/path?q=1"));
        request.Headers.Add("x-a", "was");
        request.Headers.Add("x-b", "was");
        request.Headers.Add("x-c", "was");

        using var response = await client.SendAsync(request, Stop).InTime();

        Assert.Equal("/new/path?q=1 host=new.example a=set b=was,added c=", (await response.Content.ReadAsStringAsync(Stop)).Replace(", ", ",", StringComparison.Ordinal));
        Assert.Equal("proxy", response.Headers.GetValues("x-app").Single());
    }

    [Fact]
    public async Task Redirect_KeepsWhatItDoesNotName()
    {
        await using var app = await TestApp.StartAsync(Echo);
        var rule = Rule("redirect", RouteMatch.Any) with { Action = new RedirectAction { Scheme = "https", Host = "shop.example", Status = 301 } };
        await using var pair = await ProxyPair.StartAsync(app.Address, Rules(rule));
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var response = await client.GetAsync(new Uri(pair.Url, "a?b=c"), Stop).InTime();

        Assert.Equal(HttpStatusCode.MovedPermanently, response.StatusCode);
        Assert.Equal("https://shop.example/a?b=c", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Split_IsExact()
    {
        var canary = 0;
        await using var app = await TestApp.StartAsync(context =>
        {
            if (context.Request.Headers["x-to"] == "canary")
            {
                Interlocked.Increment(ref canary);
            }

            return Task.CompletedTask;
        });
        var rule = Rule("split", RouteMatch.Any) with
        {
            Action = new ForwardAction
            {
                Backends = [new WeightedCluster(Orders, 70), new WeightedCluster(Orders, 30) { RequestHeaders = new HeaderModification { Set = [new("x-to", "canary")] } }],
            },
        };
        await using var pair = await ProxyPair.StartAsync(app.Address, Rules(rule));
        using var client = new HttpClient();

        for (var i = 0; i < 100; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
        }

        Assert.Equal(30, canary);
    }

    [Fact]
    public async Task MissingBackend_TakesItsShareWith500AndNoEndpointsIs503()
    {
        await using var app = await TestApp.StartAsync(Echo);
        var rule = Rule("split", RouteMatch.Any) with { Action = new ForwardAction { Backends = [new WeightedCluster(Orders), new WeightedCluster("default/nobody/http")] } };
        await using var pair = await ProxyPair.StartAsync(app.Address, Rules(rule));
        using var client = new HttpClient();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
            statuses.Add(response.StatusCode);
        }

        pair.Apply(o => o with { Rules = null, Endpoints = [] });
        using var none = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(5, statuses.Count(s => s == HttpStatusCode.InternalServerError));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, none.StatusCode);
        Assert.StartsWith("no_endpoints", none.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LoadBalancingKind.RoundRobin)]
    [InlineData(LoadBalancingKind.LeastRequest)]
    [InlineData(LoadBalancingKind.Random)]
    public async Task Replicas_AllGetRequests(LoadBalancingKind kind)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("1", context.RequestAborted));
        await using var second = await TestApp.StartAsync(context => context.Response.WriteAsync("2", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Cluster = c => c with { LoadBalancing = new LoadBalancing(kind) } });
        await using var other = await pair.AddReplicaAsync("orders-2", second.Address);
        using var client = new HttpClient();

        var answers = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await client.GetStringAsync(pair.Url, Stop).InTime());
        }

        Assert.InRange(answers.Count(a => a == "1"), kind == LoadBalancingKind.RoundRobin ? 20 : 3, kind == LoadBalancingKind.RoundRobin ? 20 : 37);
    }

    [Fact]
    public async Task ExternalService_IsCalledByItsOwnNameWithoutIdentity()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync($"host={context.Request.Host} xfcc={context.Request.Headers["x-forwarded-client-cert"]}", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Cluster = c => c with { Kind = ClusterKind.External, PeerIdentity = null, ExternalHost = "localhost", ExternalPort = app.Address.Port },
        });
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-forwarded-client-cert", "URI=spiffe://test.local/me");

        Assert.Equal($"host=localhost:{app.Address.Port} xfcc=", await client.GetStringAsync(pair.Url, Stop).InTime());
    }

    [Fact]
    public async Task ConfigurationChanges_ListenersComeAndGo()
    {
        await using var app = await TestApp.StartAsync(Echo);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true });
        using var client = new HttpClient();
        var url = pair.FrontDoor;
        Assert.StartsWith("/", await client.GetStringAsync(url, Stop).InTime(), StringComparison.Ordinal);

        // An outbound listener would stay and answer why: RevokedEdgeTests.
        pair.Callee.Configuration.Apply(new ProxySnapshot { Identity = pair.Callee.Id }, []);

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            // The kept connection may answer once more while it is told to close.
            for (var i = 0; i < 3; i++)
            {
                using var response = await client.GetAsync(url, Stop).InTime();
            }
        });
    }

    [Fact]
    public async Task WebSocket_CarriesMessagesBothWays()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                await TestApp.SilentAsync(context);
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            var buffer = new byte[64];
            var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "done", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Timeouts = new RouteTimeouts { Request = TimeSpan.FromSeconds(2) } });
        using var client = new System.Net.WebSockets.ClientWebSocket();
        client.Options.AddSubProtocol("chat");

        await client.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime();

        // It began last, so that the limit of the socket is over when its is.
        using var requests = new HttpClient();
        using var silent = await requests.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal(HttpStatusCode.GatewayTimeout, silent.StatusCode);

        await client.SendAsync("hi"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, Stop).InTime();
        var buffer = new byte[64];
        var echo = await client.ReceiveAsync(buffer, Stop).InTime();
        var close = await client.ReceiveAsync(buffer.AsMemory(echo.Count), Stop).InTime();

        Assert.Equal("hi"u8.ToArray(), buffer[..echo.Count]);
        Assert.Equal("chat", client.SubProtocol);
        Assert.Equal(System.Net.WebSockets.WebSocketMessageType.Close, close.MessageType);
    }

    [Fact]
    public async Task WebSocket_PermissionRevoked_IsClosed()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("up"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[8], context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new System.Net.WebSockets.ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime();
        await client.ReceiveAsync(new byte[8], Stop).InTime();

        pair.Apply(o => o with { Permissions = PermissionSet.Nobody });

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => client.ReceiveAsync(new byte[8], Stop).InTime());
    }

    [Fact]
    public async Task EventStream_PermissionRevoked_IsBrokenOff()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await TestApp.SilentAsync(context);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();
        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();

        pair.Apply(o => o with { Permissions = PermissionSet.Nobody });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Stop).InTime());
    }

    private static PairOptions Rules(params RouteRule[] rules) => new() { Protocol = AppProtocol.Http, Rules = [.. rules] };

    private static RouteRule Rule(string name, RouteMatch match) => new()
    {
        Name = name,
        Match = match,
        Action = new ForwardAction { Backends = [new WeightedCluster(Orders)] },
    };
}
