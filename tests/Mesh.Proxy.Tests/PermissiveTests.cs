using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Proxy.Tests;

/// <summary>Callers in plain text at a port of a service: nobody while it is strict; while it is permissive whom rules for anyone let in, as somebody without an identity.</summary>
public sealed class PermissiveTests : IDisposable
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private static readonly PermissionSet ShopAlone = ProxyPair.Allow(Shop);

    private static readonly PermissionSet AnyoneReads = ShopAlone with
    {
        Deny = [new PermissionRule { Anyone = true, Requests = [new RequestMatch(null, new PathMatch(PathMatchKind.PathPrefix, "/api/admin"))], Origin = new Origin("TrafficPermission", "default/no-admin") }],
        Allow =
        [
            .. ShopAlone.Allow,
            new PermissionRule { Anyone = true, Requests = [new RequestMatch("GET", new PathMatch(PathMatchKind.PathPrefix, "/api"))], Origin = new Origin("TrafficPermission", "default/readers") },
        ],
    };

    private static readonly PermissionSet AnyoneConnects = ShopAlone with { Allow = [.. ShopAlone.Allow, new PermissionRule { Anyone = true, Origin = new Origin("TrafficPermission", "default/anyone") }] };

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false, "GET", "/api/x", "403 permission_denied; hop=orders-1", "opens it to them")]
    [InlineData(true, "GET", "/api/x", "200", "in")]
    [InlineData(true, "POST", "/api/x", "403 permission_denied; hop=orders-1; policy=Tls default/orders rules[0] (mesh.yaml:12)", "for no rule allows it")]
    [InlineData(true, "GET", "/", "403 permission_denied; hop=orders-1; policy=Tls default/orders rules[0] (mesh.yaml:12)", "for no rule allows it")]
    [InlineData(true, "GET", "/api/admin", "403 permission_denied; hop=orders-1; policy=TrafficPermission default/no-admin", "Somebody without an identity may not")]
    public async Task Stranger_MayDoWhatRulesForAnyoneSay(bool isPermissive, string method, string path, string expected, string says)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("in", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = isPermissive, Permissions = AnyoneReads });
        using var client = new HttpClient();

        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(pair.FrontDoor, path)), Stop).InTime();

        Assert.Equal(expected, $"{(int)response.StatusCode} {(response.Headers.TryGetValues("mesh-error", out var error) ? error.Single() : "")}".TrimEnd());
        Assert.Contains(says, await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(expected == "200" ? 1 : 0, app.Requests);
    }

    [Fact]
    public async Task Stranger_BesideAPeer_IsWrittenDownWithoutAnIdentity()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync($"[{context.Request.Headers["X-Forwarded-Client-Cert"]}]", context.RequestAborted));
        var log = Path.Combine(_directory.Path, "access.log");
        await using (var pair = await ProxyPair.StartAsync(app.Address, new PairOptions
        {
            IsPermissive = true,
            Permissions = AnyoneConnects,
            InboundLogs = [new AccessLog { Path = log, Text = "%MESH_DIRECTION% %MESH_SOURCE_SERVICE% %DOWNSTREAM_PEER_URI_SAN%" }],
        }))
        {
            using var client = new HttpClient();

            // A line is written after the answer: neither overtakes the other, nor does the end of the proxy.
            Assert.Equal("[]", await client.GetStringAsync(pair.FrontDoor, Stop).InTime());
            await Eventually.IsAsync(() => Lines(log) == 1);
            Assert.Equal($"[By=spiffe://test.local/ns/default/sa/orders;URI={Shop}]", await client.GetStringAsync(pair.Url, Stop).InTime());
            await Eventually.IsAsync(() => Lines(log) == 2);
        }

        Assert.Equal(["front_door unknown -", $"inbound default/shop {Shop}"], await File.ReadAllLinesAsync(log, Stop));
    }

    [Theory]
    [InlineData("X-Forwarded-Client-Cert: By=a;URI=spiffe://test.local/ns/default/sa/shop")]
    [InlineData("x-FORWARDED-client-CERT: URI=spiffe://test.local/ns/default/sa/shop\r\nX-Forwarded-Client-Cert: URI=spiffe://test.local/developer")]
    [InlineData("X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6;host=forged\r\nX-Forwarded-Host: forged")]
    [InlineData("X-Forwarded-User: forged\r\nX-Forwarded-Email: forged@home\r\nX-Forwarded-Groups: forged\r\nX-Forwarded-Preferred-Username: forged")]
    [InlineData("x-FORWARDED-prefix: /forged\r\nX-Forwarded-Prefix: /forged\r\nX-Forwarded-Port: 6666forged\r\nX-Forwarded-Access-Token: forged")]
    public async Task Stranger_WhoSaysWhoHeIs_IsNobody(string forged)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(string.Join('|', context.Request.Headers.Select(h => $"{h.Key}={h.Value}")), context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        using var http = await RawHttp.ConnectAsync(pair.Callee.FrontDoor("http"));

        await http.SendAsync($"GET / HTTP/1.1\r\nHost: orders\r\n{forged}\r\nConnection: close\r\n\r\n");
        var answer = await http.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("spiffe:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("6.6.6.6", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_WhoSaysWhoHeIs_DoesNotPassAsThatOne()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = ShopAlone });
        using var http = await RawHttp.ConnectAsync(pair.Callee.FrontDoor("http"));

        await http.SendAsync($"GET / HTTP/1.1\r\nHost: orders\r\nX-Forwarded-Client-Cert: URI={Shop}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403", await http.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Handshake_AtAPermissivePort_IsNotHeard()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(pair.Callee.FrontDoor("http"), Stop).InTime();
        await using var tls = new SslStream(new NetworkStream(socket));

        var handshake = tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "http.orders.default",
                ClientCertificateContext = SslStreamCertificateContext.Create(pair.Authority.Issue([Shop]), [pair.Authority.Intermediate], offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            Stop).InTime();

        Assert.True(await Record.ExceptionAsync(() => handshake) is IOException or AuthenticationException);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Strict_WhileAStrangersRequestRuns_LetsItFinishAndRefusesTheNext()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            entered.TrySetResult();
            await leave.Task.InTime();
            await context.Response.WriteAsync("done", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        using var http = await RawHttp.ConnectAsync(pair.Callee.FrontDoor("http"));
        await http.SendAsync("GET / HTTP/1.1\r\nHost: orders\r\n\r\n");
        await entered.Task.InTime();

        pair.Apply(o => o with { IsPermissive = false });
        leave.SetResult();
        Assert.StartsWith("HTTP/1.1 200", await http.ReadToAsync("done\r\n0\r\n\r\n"), StringComparison.Ordinal);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403", await http.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strict_WhileAStrangerStreams_BreaksItOffAndKeepsThePeer()
    {
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await leave.Task.WaitAsync(context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        using var client = new HttpClient();
        using var stranger = await client.GetAsync(pair.FrontDoor, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        using var peer = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();

        pair.Apply(o => o with { IsPermissive = false });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => stranger.Content.ReadAsStringAsync(Stop).InTime());
        leave.SetResult();
        Assert.Equal("data: 1\n\n", await peer.Content.ReadAsStringAsync(Stop).InTime());
    }

    [Fact]
    public async Task Strict_WhileAStrangersWebSocketIsOpen_ClosesIt()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("up"u8.ToArray(), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[8], context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(pair.FrontDoor) { Scheme = "ws" }.Uri, Stop).InTime();
        await client.ReceiveAsync(new byte[8], Stop).InTime();

        pair.Apply(o => o with { IsPermissive = false });

        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(new byte[8], Stop).InTime());
    }

    [Fact]
    public async Task Strict_WhileAStrangersGrpcCallIsUnanswered_BreaksItOff()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(
            async context =>
            {
                entered.TrySetResult();
                await TestApp.SilentAsync(context);
            },
            HttpProtocols.Http2);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Grpc, IsPermissive = true, Permissions = AnyoneConnects });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, pair.FrontDoor) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentType = new("application/grpc");
        var call = client.SendAsync(request, Stop);
        await entered.Task.InTime();

        pair.Apply(o => o with { IsPermissive = false });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call.InTime());
    }

    [Fact]
    public async Task Strict_WhileAStrangerIsJudged_TurnsHimAway()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsPermissive = true, Permissions = AnyoneConnects });
        var changes = 0;
        // The request has found its port by then.
        pair.Callee.Guards.Judged += () =>
        {
            if (Interlocked.Increment(ref changes) == 1)
            {
                pair.Apply(o => o with { IsPermissive = false });
            }
        };
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal((HttpStatusCode.Forbidden, 0), (response.StatusCode, app.Requests));
    }

    [Fact]
    public async Task DoorOfItsOwn_IsOpenWhileThePortIsPermissive()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                entered.TrySetResult();
                await leave.Task.InTime();
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { FrontDoorListener = ResourceNames.PlainDoor("http"), Permissions = AnyoneConnects });
        using var client = new HttpClient();
        Assert.Throws<InvalidOperationException>(() => pair.FrontDoor);

        pair.Apply(o => o with { IsPermissive = true });
        var door = pair.FrontDoor;
        var slow = client.GetAsync(new Uri(door, "slow"), Stop);
        await entered.Task.InTime();
        pair.Apply(o => o with { IsPermissive = false });

        using (var fresh = new HttpClient())
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => fresh.GetAsync(door, Stop).InTime());
        }

        leave.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await slow.InTime()).StatusCode);
        using var peer = await client.GetAsync(pair.Url, Stop).InTime();
        Assert.Equal(HttpStatusCode.OK, peer.StatusCode);
    }

    [Fact]
    public async Task Tunnels_OfStrangers_EndWhenThePortTurnsStrictAndThoseOfPeersGoOn()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) =>
        {
            var buffer = first.ToArray();
            for (var read = buffer.Length; read > 0; read = await socket.ReceiveAsync(buffer))
            {
                await socket.SendAsync(buffer.AsMemory(0, read));
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp, Permissions = AnyoneConnects });
        Assert.Equal("", await EchoAsync(pair.Callee.FrontDoor("http")));
        pair.Apply(o => o with { IsPermissive = true, Permissions = ShopAlone });
        Assert.Equal("", await EchoAsync(pair.Callee.FrontDoor("http")));

        pair.Apply(o => o with { Permissions = AnyoneConnects });
        using var stranger = await ConnectAsync(pair.Callee.FrontDoor("http"));
        using var peer = await ConnectAsync(pair.Listener);
        Assert.Equal("ping", await EchoAsync(stranger));
        Assert.Equal("ping", await EchoAsync(peer));
        pair.Apply(o => o with { IsPermissive = false });

        await Eventually.IsAsync(async () => await EchoAsync(stranger) == "");
        Assert.Equal("ping", await EchoAsync(peer));
    }

    private static int Lines(string log) => File.Exists(log) ? File.ReadAllText(log).Count(c => c == '\n') : 0;

    private static async Task<string> EchoAsync(IPEndPoint to)
    {
        try
        {
            using var socket = await ConnectAsync(to);
            return await EchoAsync(socket);
        }
        catch (SocketException)
        {
            // Reset before the connect was seen to be over.
            return "";
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to, Stop).InTime();
        return socket;
    }

    // Empty: the far end closed or reset it.
    private static async Task<string> EchoAsync(Socket socket)
    {
        var buffer = new byte[4];
        try
        {
            await socket.SendAsync("ping"u8.ToArray(), Stop).InTime();
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Stop).InTime());
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
