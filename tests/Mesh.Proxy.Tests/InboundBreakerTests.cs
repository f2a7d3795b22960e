using System.Net;
using System.Net.Sockets;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Proxy.Tests;

/// <summary>What the receiving side lets through to its app at a time, by whose it is.</summary>
public sealed class InboundBreakerTests
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private static readonly Origin Origin = new("CircuitBreaker", "default/orders", "orders.yaml:4", "rules[0]");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    // limits in their order | how many of four requests of shop reach the app
    [InlineData("* 2", 2)]
    [InlineData("shop 1, * 3", 1)]
    [InlineData("other 1, * 3", 3)]
    [InlineData("default/ 2, * 1", 2)]
    [InlineData("shop any, * 1", 4)]
    public async Task MaxRequests_ByCaller_TheFirstThatIsForItDecidesAlone(string limits, int expected)
    {
        await using var app = await HoldingApp.StartAsync();
        await using var pair = await StartAsync(app, [.. limits.Split(", ").Select(Parse)]);
        using var client = new HttpClient();
        var held = Enumerable.Range(0, expected).Select(_ => client.GetAsync(pair.Url, Stop)).ToList();
        await app.HasAsync(expected);

        if (expected < 4)
        {
            using var refused = await client.GetAsync(pair.Url, Stop).InTime();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("upstream_overflow; hop=orders-1; policy=CircuitBreaker default/orders rules[0] (orders.yaml:4)", refused.Headers.GetValues("mesh-error").Single());
            Assert.Contains($"{expected} requests to this replica of default/orders/http", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        app.Release();
        Assert.All(await Task.WhenAll(held).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(expected, app.Seen);
        using var next = await client.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task MaxRequests_OfMeshDoorAndFrontDoor_AreOneCount()
    {
        await using var app = await HoldingApp.StartAsync();
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true, Concurrency = [new() { Requests = 1, Origin = Origin }] });
        using var client = new HttpClient();
        var held = client.GetAsync(pair.Url, Stop);
        await app.HasAsync(1);

        using var refused = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        app.Release();
        using var passed = await held.InTime();
        await Eventually.IsAsync(() => Gate(pair).Requests.Remaining == 1); // the caller has its answer a moment before
        Assert.Equal([("requests", 1, 1L)], Gate(pair).Read());
    }

    [Fact]
    public async Task MaxRequests_AnotherConfigurationWithTheSameLimit_StillKnowsWhoIsInside()
    {
        await using var app = await HoldingApp.StartAsync();
        await using var pair = await StartAsync(app, [new() { Requests = 1, Origin = Origin }]);
        using var client = new HttpClient();
        var held = client.GetAsync(pair.Url, Stop);
        await app.HasAsync(1);

        pair.Apply(o => o with { InboundTimeouts = new() { Request = TimeSpan.FromMinutes(1) } });
        using (var refused = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        pair.Apply(o => o with { Concurrency = [] });
        var free = client.GetAsync(pair.Url, Stop);
        await app.HasAsync(2);
        app.Release();
        Assert.All(await Task.WhenAll(held, free).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task MaxConnections_ToAnHttpApp_LetWaitAndThenRefuse()
    {
        await using var app = await HoldingApp.StartAsync();
        await using var pair = await StartAsync(app, [new() { Connections = 1, Pending = 1, Origin = Origin }]);
        using var client = new HttpClient();
        var first = client.GetAsync(pair.Url, Stop);
        await app.HasAsync(1);
        var second = client.GetAsync(pair.Url, Stop);
        await Eventually.IsAsync(() => Gate(pair).Application!.Pending.Remaining == 0);

        using (var third = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
            Assert.StartsWith("upstream_overflow; hop=orders-1; policy=CircuitBreaker default/orders", third.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
            Assert.Contains("maxPendingRequests", await third.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        Assert.Equal(1, app.Seen);
        app.Release();
        Assert.All(await Task.WhenAll(first, second).InTime(), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task MaxConnections_OfTcp_ResetsTheNextOfThatCallerUntilOneEnds()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            await socket.ReceiveAsync(new byte[1]);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Protocol = AppProtocol.Tcp,
            Concurrency = [new() { Caller = new PrincipalMatch(Shop), Connections = 1, Origin = Origin }, new() { Origin = Origin }],
        });
        using (var open = await SayAsync(pair))
        {
            Assert.Equal(1, await open.ReceiveAsync(new byte[1], Stop).AsTask().InTime());
            await Assert.ThrowsAnyAsync<SocketException>(async () =>
            {
                // It may be closed before anything was said, or when an answer is waited for.
                using var refused = await SayAsync(pair);
                if (await refused.ReceiveAsync(new byte[1], Stop).AsTask().InTime() == 0)
                {
                    throw new SocketException();
                }
            });
        }

        await Eventually.IsAsync(() => Gate(pair).Tunnels.Remaining == 1);
        using var next = await SayAsync(pair);
        Assert.Equal(1, await next.ReceiveAsync(new byte[1], Stop).AsTask().InTime());
    }

    private static ConcurrencyLimit Parse(string limit)
    {
        var (who, count) = (limit.Split(' ')[0], limit.Split(' ')[1]);
        return new ConcurrencyLimit
        {
            Caller = who switch
            {
                "*" => null,
                "default/" => new PrincipalMatch("spiffe://test.local/ns/default/", IsPrefix: true),
                _ => new PrincipalMatch($"spiffe://test.local/ns/default/sa/{who}"),
            },
            Requests = count == "any" ? null : int.Parse(count, System.Globalization.CultureInfo.InvariantCulture),
            Origin = Origin,
        };
    }

    private static Task<ProxyPair> StartAsync(HoldingApp app, params ConcurrencyLimit[] limits) => ProxyPair.StartAsync(app.Address, new PairOptions { Concurrency = [.. limits] });

    private static CallerGate Gate(ProxyPair pair) => pair.Callee.Services.GetRequiredService<InboundState>().Tables!.MeshByPort["http"].Gates[0];

    private static async Task<Socket> SayAsync(ProxyPair pair)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(pair.Listener, Stop).AsTask().InTime();
        await socket.SendAsync(new byte[1], Stop).AsTask().InTime();
        return socket;
    }
}
