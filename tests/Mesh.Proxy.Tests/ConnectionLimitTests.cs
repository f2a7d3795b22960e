using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>Bounds on connections and silence, which Timeout policies set.</summary>
public sealed class ConnectionLimitTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FrontDoor_ConnectionThatIsTooOld_TakesItsLastRequest()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time, IsExternal = true, InboundTimeouts = new() { MaxConnectionDuration = TimeSpan.FromMinutes(1) } });
        using var client = new HttpClient();

        using var young = await client.GetAsync(pair.FrontDoor, Stop).InTime();
        _time.Advance(TimeSpan.FromMinutes(1));
        using var old = await client.GetAsync(pair.FrontDoor, Stop).InTime();
        using var next = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], new[] { young.StatusCode, old.StatusCode, next.StatusCode });
        Assert.Equal((null, true, null), (young.Headers.ConnectionClose, old.Headers.ConnectionClose, next.Headers.ConnectionClose));
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task Request_WithMaxConnectionDuration_IsAnswered(WireProtocol wire)
    {
        var ports = new HashSet<int>();
        await using var app = await TestApp.StartAsync(context =>
        {
            ports.Add(context.Connection.RemotePort);
            return context.Response.WriteAsync("app");
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Wire = wire,
            Cluster = c => c with { Kind = ClusterKind.External, PeerIdentity = null, ExternalHost = "localhost", ExternalPort = app.Address.Port, MaxConnectionDuration = TimeSpan.FromMilliseconds(1) },
        });
        using var client = new HttpClient();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("app", await client.GetStringAsync(pair.Url, Stop).InTime());
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Stop);
        }

        Assert.Equal(5, ports.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tunnel_ThatIsTooOld_IsClosed(bool isInbound)
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            await socket.SendAsync(first);
            await socket.ReceiveAsync(new byte[1]); // it has no reason to end the connection
        });
        var age = TimeSpan.FromMinutes(1);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            Protocol = AppProtocol.Tcp,
            Time = _time,
            InboundTimeouts = new() { MaxConnectionDuration = isInbound ? age : null },
            OutboundListener = l => l with { MaxConnectionDuration = isInbound ? null : age },
        });
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(pair.Listener, Stop).InTime();
        await client.SendAsync("hello"u8.ToArray(), Stop).InTime();
        var buffer = new byte[16];

        Assert.Equal(5, await client.ReceiveAsync(buffer, Stop).InTime());
        _time.Advance(age);

        Assert.Equal(0, await EndAsync(client, buffer));
    }

    // However it ends: a reset may come as one, or as an end.
    private static async Task<int> EndAsync(Socket client, byte[] buffer)
    {
        try
        {
            return await client.ReceiveAsync(buffer, Stop).InTime();
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    [Fact]
    public async Task Answer_ThatStandsStillAtTheCalleesSide_IsEnded()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await TestApp.SilentAsync(context);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { InboundTimeouts = new() { StreamIdle = TimeSpan.FromMilliseconds(400) } });
        using var client = new HttpClient();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync(pair.Url, Stop).InTime());
    }

    [Fact]
    public async Task FrontDoor_HeadThatTakesTooLong_IsAnsweredWith408()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("app"));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true, InboundTimeouts = new() { RequestHeaders = TimeSpan.FromMilliseconds(500) } });
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(pair.Callee.FrontDoor("http"), Stop).InTime();
        await client.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n"), Stop).InTime();
        var buffer = new byte[1024];

        var read = await client.ReceiveAsync(buffer, Stop).InTime();

        Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(buffer, 0, read));
    }

    [Fact]
    public void BoundHeads_ThatIsTakenBack_IsWhatEveryProxyAllows()
    {
        var limits = DownstreamLimits.Default;
        var engine = new HttpEngine(limits, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

        engine.BoundHeads(TimeSpan.FromSeconds(2));
        var bound = engine.HeadLimit;
        engine.BoundHeads(null);

        Assert.Equal((TimeSpan.FromSeconds(2), limits.Head), (bound, engine.HeadLimit));
    }
}
