using System.Net.WebSockets;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

/// <summary>Requests that ask for an upgrade go another way than plain ones, and by the same rules.</summary>
public sealed class UpgradeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upgrade_InTheLastMomentOfAnSvid_GoesUnderTheSvidThatWasThere()
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Identity.Looks = 1;
        using var client = new ClientWebSocket();

        await client.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime();

        Assert.Equal("hi", await client.EchoedAsync("hi"));
    }

    [Fact]
    public async Task ReplicaThatAnUpgradeDidNotReach_IsAvoidedByTheNextOnes()
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow()), // who is avoided is so for a second
            Retry = RetrySettings.Default with { Attempts = 0 },
            Cluster = c => c with { LoadBalancing = new(LoadBalancingKind.RoundRobin) },
        });
        pair.Apply(o => o with { Endpoints = [new Endpoint("127.0.0.1", TunnelTests.RefusingPort, "orders-0"), new Endpoint("127.0.0.1", pair.Callee.MeshDoor.Port, "orders-1")] });

        var answers = new List<bool>();
        for (var i = 0; i < 6; i++)
        {
            using var client = new ClientWebSocket();
            answers.Add(await Record.ExceptionAsync(() => client.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop).InTime()) is null);
        }

        Assert.Equal(1, answers.Count(isUp => !isUp));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task App_ThatRefusesAnUpgrade_CannotSpeakForTheMesh(bool isInTheMesh)
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["mesh-error"] = "no_endpoints; hop=somebody";
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Cluster = c => isInTheMesh ? c : c with { Kind = ClusterKind.External, PeerIdentity = null, ExternalHost = "localhost", ExternalPort = app.Address.Port },
        });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        var answer = await http.ReadToAsync("\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("mesh-error", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Sidecar_ThatRefusesAnUpgrade_IsHeardByTheCaller()
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Permissions = PermissionSet.Nobody });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: orders\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Contains("mesh-error: permission_denied; hop=orders-1", await http.ReadToAsync("\r\n\r\n"), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.EchoAsync(context.RequestAborted);
    }
}
