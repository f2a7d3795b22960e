using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Proxy.Tests;

public sealed class HttpsTests
{
    private static readonly byte[] GrpcMessage = [0, 0, 0, 0, 2, 8, 1];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task HttpsPort_IsHttpsAtTheFrontDoorAndForCallers(int version)
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(DescribeAsync, HttpProtocols.Http1AndHttp2, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client(new Version(version, version == 1 ? 1 : 0));

        using var front = await client.GetAsync(pair.FrontDoor, Stop).InTime();
        using var called = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal($"https forwarded=https host={pair.FrontDoor.Authority}", await front.Content.ReadAsStringAsync(Stop));
        Assert.Equal($"https forwarded= host={pair.Url.Authority}", await called.Content.ReadAsStringAsync(Stop));
        Assert.Equal(version, front.Version.Major);
        Assert.Equal(version, called.Version.Major);
    }

    [Fact]
    public async Task AppsRedirectAndStrictTransportSecurity_PassUntouched()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(
            context =>
            {
                context.Response.Headers.StrictTransportSecurity = "max-age=60";
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = "https://localhost:7001/a?b=c";
                return Task.CompletedTask;
            },
            certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client();

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal(307, (int)response.StatusCode);
        Assert.Equal("https://localhost:7001/a?b=c", response.Headers.Location!.OriginalString);
        Assert.Equal("max-age=60", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task Grpc_IsHttp2OnAllLegs()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(EchoAsync, HttpProtocols.Http1AndHttp2, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client(HttpVersion.Version20);

        foreach (var url in new[] { pair.FrontDoor, pair.Url })
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, url) { Version = HttpVersion.Version20, Content = new ByteArrayContent(GrpcMessage) };
            call.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            using var response = await client.SendAsync(call, Stop).InTime();

            Assert.Equal(GrpcMessage, await response.Content.ReadAsByteArrayAsync(Stop).InTime());
            Assert.Equal("HTTP/2 https", response.Headers.GetValues("seen").Single());
            Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        }
    }

    [Fact]
    public async Task AppThatTakesHttp2Only_IsFoundOut()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(EchoAsync, HttpProtocols.Http2, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client();

        for (var i = 0; i < 2; i++)
        {
            using var response = await client.PostAsync(pair.FrontDoor, new ByteArrayContent(GrpcMessage), Stop).InTime();

            Assert.Equal(GrpcMessage, await response.Content.ReadAsByteArrayAsync(Stop).InTime());
            Assert.Equal("HTTP/2 https", response.Headers.GetValues("seen").Single());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WebSocket_PassesFromABrowsersConnection(int version)
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(
            async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[16];
                var got = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            },
            certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var invoker = new HttpMessageInvoker(certificate.Handler());
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = new Version(version, version == 1 ? 1 : 0);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        await socket.ConnectAsync(new UriBuilder(pair.FrontDoor) { Scheme = "wss" }.Uri, invoker, Stop).InTime();
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Stop).InTime();
        var buffer = new byte[16];
        var got = await socket.ReceiveAsync(buffer, Stop).InTime();

        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, got.Count));
    }

    [Fact]
    public async Task AppWithAnotherCertificate_IsAnErrorThatSaysWhatToDo()
    {
        using var certificate = new LocalhostCertificate();
        using var other = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask, certificate: other.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client();

        foreach (var url in new[] { pair.FrontDoor, pair.Url })
        {
            using var response = await client.GetAsync(url, Stop).InTime();

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("app_certificate_untrusted; hop=orders-1", response.Headers.GetValues("mesh-error").Single());
            var text = await response.Content.ReadAsStringAsync(Stop);
            Assert.Contains("shows the certificate of 'CN=localhost'", text, StringComparison.Ordinal);
            Assert.Contains("Let the app use the certificate that its sidecar has as serverCertificate", text, StringComparison.Ordinal);
        }

        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task NoServerCertificate_DoorsArePlainAndTheAppsIsNotLookedAt()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(DescribeAsync, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Https, IsExternal = true });
        using var client = new HttpClient();

        Assert.Equal($"https forwarded=http host={pair.FrontDoor.Authority}", await client.GetStringAsync(pair.FrontDoor, Stop).InTime());
        Assert.Equal($"https forwarded= host={pair.Url.Authority}", await client.GetStringAsync(pair.Url, Stop).InTime());
    }

    [Fact]
    public async Task ServerCertificate_OfAPlainPort_ChangesNothing()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(DescribeAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Certificate = certificate, IsExternal = true });
        using var client = new HttpClient();

        Assert.Equal($"http forwarded=http host={pair.FrontDoor.Authority}", await client.GetStringAsync(pair.FrontDoor, Stop).InTime());
    }

    [Fact]
    public async Task RedirectRule_KeepsTheCallersScheme()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(DescribeAsync, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate) with
        {
            Rules = [new RouteRule { Name = "away", Action = new RedirectAction { Status = 302, Host = "orders.test" } }],
        });
        using var client = certificate.Client();

        using var response = await client.GetAsync(new Uri(pair.Url, "/x"), Stop).InTime();

        Assert.Equal("https://orders.test/x", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task PlainHttpAtAnHttpsDoor_NeverReachesTheApp()
    {
        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var http = await RawHttp.ConnectAsync(pair.Callee.FrontDoor("http"));

        await http.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.DoesNotContain("HTTP/", await http.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Localhost_IsBothLoopbackAddresses()
    {
        if (!HasIPv6Loopback())
        {
            Assert.Skip("This machine has no ::1; IPv6 on its loopback interface brings it.");
        }

        using var certificate = new LocalhostCertificate();
        await using var app = await TestApp.StartAsync(DescribeAsync, certificate: certificate.Certificate);
        await using var pair = await ProxyPair.StartAsync(app.Address, Options(certificate));
        using var client = certificate.Client();

        foreach (var port in new[] { pair.FrontDoor.Port, pair.Url.Port })
        {
            Assert.Contains("host=127.0.0.1:", await client.GetStringAsync(new Uri($"https://127.0.0.1:{port}/"), Stop).InTime(), StringComparison.Ordinal);
            Assert.Contains("host=[::1]:", await client.GetStringAsync(new Uri($"https://[::1]:{port}/"), Stop).InTime(), StringComparison.Ordinal);
        }
    }

    private static PairOptions Options(LocalhostCertificate certificate) => new() { Protocol = AppProtocol.Https, Certificate = certificate, IsExternal = true };

    private static Task DescribeAsync(HttpContext context) => context.Response.WriteAsync(
        $"{context.Request.Scheme} forwarded={context.Request.Headers["X-Forwarded-Proto"]} host={context.Request.Host}", context.RequestAborted);

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["seen"] = $"{context.Request.Protocol} {context.Request.Scheme}";
        context.Response.DeclareTrailer("grpc-status");
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
