using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mesh.Model;
using Mesh.Model.Identity;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing.Identity;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

public sealed class DoorTests
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";
    private const string ServerName = "http.orders.default";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RightCertificate_IsServed()
    {
        await using var setup = await DoorSetup.StartAsync();

        Assert.StartsWith("HTTP/1.1 200", await setup.CallAsync(setup.Pair.Authority.Issue([Shop])), StringComparison.Ordinal);
        Assert.Equal(1, setup.Requests);
    }

    [Fact]
    public async Task WrongCertificates_AreRefusedBeforeTheAppSeesAnything()
    {
        await using var setup = await DoorSetup.StartAsync();
        using var stranger = new TestAuthority("stranger");
        var authority = setup.Pair.Authority;

        Assert.Equal("", await setup.CallAsync(stranger.Issue([Shop]), stranger.Intermediate));
        Assert.Equal("", await setup.CallAsync(authority.Issue([Shop], age: TimeSpan.FromHours(3))));
        Assert.Equal("", await setup.CallAsync(authority.Issue([Shop], age: TimeSpan.FromHours(-1))));
        Assert.Equal("", await setup.CallAsync(authority.Issue([Shop, "spiffe://test.local/ns/default/sa/admin"])));
        Assert.Equal("", await setup.CallAsync(authority.Issue(["spiffe://other.local/ns/default/sa/shop"])));
        Assert.Equal("", await setup.CallAsync(authority.Issue(["https://test.local/shop"])));
        Assert.Equal("", await setup.CallAsync(null));
        Assert.Equal(0, setup.Requests);
    }

    [Fact]
    public async Task OtherIdentityOfTheMesh_Is403()
    {
        await using var setup = await DoorSetup.StartAsync();

        var answer = await setup.CallAsync(setup.Pair.Authority.Issue(["spiffe://test.local/ns/default/sa/spy"]));

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Contains("mesh-error: permission_denied; hop=orders-1", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, setup.Requests);
    }

    [Theory]
    [InlineData("grpc.orders.default", "http/1.1")]
    [InlineData("", "http/1.1")]
    [InlineData(ServerName, "mesh-tcp")]
    [InlineData(ServerName, null)]
    public async Task UnknownPortOrProtocol_IsRefused(string serverName, string? protocol)
    {
        await using var setup = await DoorSetup.StartAsync();

        Assert.Equal("", await setup.CallAsync(setup.Pair.Authority.Issue([Shop]), null, serverName, protocol));
        Assert.Equal(0, setup.Requests);
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders.default")]
    [InlineData("grpc.payments.default")]
    public async Task NameOfAProxylessClientsTarget_MeansTheDefaultPortAndItsPermissions(string serverName)
    {
        await using var setup = await DoorSetup.StartAsync();

        Assert.StartsWith("HTTP/1.1 200", await setup.CallAsync(setup.Pair.Authority.Issue([Shop]), null, serverName), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await setup.CallAsync(setup.Pair.Authority.Issue(["spiffe://test.local/ns/default/sa/spy"]), null, serverName), StringComparison.Ordinal);
        Assert.Equal(1, setup.Requests);
    }

    [Fact]
    public async Task Tls12_IsRefused()
    {
        await using var setup = await DoorSetup.StartAsync();

        Assert.Equal("", await setup.CallAsync(setup.Pair.Authority.Issue([Shop]), versions: SslProtocols.Tls12));
    }

    [Fact]
    public async Task PlainHttp_IsRefused()
    {
        await using var setup = await DoorSetup.StartAsync();
        using var http = await RawHttp.ConnectAsync(setup.Pair.Callee.MeshDoor);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: orders\r\n\r\n");

        Assert.DoesNotContain("HTTP/", await http.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, setup.Requests);
    }

    [Fact]
    public async Task PeerWithAnotherIdentity_IsNotSpokenTo()
    {
        await using var setup = await DoorSetup.StartAsync();
        setup.Pair.Apply(o => o with { PeerIdentity = SpiffeId.Parse("spiffe://test.local/ns/default/sa/payments") });
        using var client = new HttpClient();

        using var response = await client.GetAsync(setup.Pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("handshake_failed", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(0, setup.Requests);
    }

    [Fact]
    public async Task NoSvid_Is503AndNeverPlaintext()
    {
        await using var setup = await DoorSetup.StartAsync();
        setup.Pair.Caller.Identity.Lose();
        using var client = new HttpClient();

        using var response = await client.GetAsync(setup.Pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("identity_unavailable; hop=shop-1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(0, setup.Requests);
    }

    [Fact]
    public async Task PathPermissions_SeeThePathThatTheAppSees()
    {
        await using var setup = await DoorSetup.StartAsync();
        setup.Pair.Apply(o => o with
        {
            Permissions = new PermissionSet
            {
                Allow = [new PermissionRule { Principals = [new PrincipalMatch(Shop)], Requests = [new RequestMatch(null, new PathMatch(PathMatchKind.PathPrefix, "/api"))], Origin = new Origin("TrafficPermission", "default/api") }],
                Deny = [new PermissionRule { Requests = [new RequestMatch(null, new PathMatch(PathMatchKind.PathPrefix, "/api/admin"))], Origin = new Origin("TrafficPermission", "default/no-admin") }],
            },
        });

        Assert.StartsWith("HTTP/1.1 200", await GetAsync(setup, "/api/x"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await GetAsync(setup, "/%61pi/x"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403", await GetAsync(setup, "/other"), StringComparison.Ordinal);
        Assert.Contains("policy=TrafficPermission default/no-admin", await GetAsync(setup, "/api/%61dmin"), StringComparison.Ordinal);
        foreach (var path in new[] { "/api/..%2fadmin", "/api/x/../admin", "/api/%2e%2e/admin", "/api/x%5cadmin", "/api//admin", "/api/..;/admin", "/api/%00" })
        {
            Assert.StartsWith("HTTP/1.1 400", await GetAsync(setup, path), StringComparison.Ordinal);
        }

        Assert.Equal(2, setup.Requests);
    }

    [Fact]
    public async Task ShadowDenial_LetsPass()
    {
        await using var setup = await DoorSetup.StartAsync();
        setup.Pair.Apply(o => o with { Permissions = new PermissionSet { AllowWithShadowDeny = [new PermissionRule { Origin = new Origin("TrafficPermission", "default/later") }] } });

        Assert.StartsWith("HTTP/1.1 200", await GetAsync(setup, "/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrontDoor_SetsForwardedHeadersAndKnowsTheDeveloper()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(
            $"{context.Request.Headers["x-forwarded-for"]} {context.Request.Headers["x-forwarded-proto"]} {context.Request.Headers["x-forwarded-host"]} {context.Request.Headers["forwarded"]} {context.Request.Headers["x-forwarded-client-cert"]} {context.Request.Host}",
            context.RequestAborted));
        var developer = "spiffe://test.local/developer";
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { FrontPermissions = ProxyPair.Allow(developer) });
        pair.Callee.Guards.FrontDoor = CallerVerdict.Known(SpiffeId.Parse(developer));
        using var http = await RawHttp.ConnectAsync(pair.Callee.FrontDoor("http"));

        await http.SendAsync("GET / HTTP/1.1\r\nHost: localhost:80\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Client-Cert: URI=spiffe://test.local/forged\r\n\r\n");
        var answer = await http.ReadToAsync("localhost:80\r\n0");

        Assert.Contains("127.0.0.1 http localhost:80  By=spiffe://test.local/ns/default/sa/orders;URI=spiffe://test.local/developer localhost:80", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrontDoor_RefusesOthersAndStrangers()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("in", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { FrontPermissions = ProxyPair.Allow("spiffe://test.local/developer") });
        using var client = new HttpClient();

        async Task<string> CallAsync(CallerVerdict verdict)
        {
            pair.Callee.Guards.FrontDoor = verdict;
            using var fresh = new HttpClient();
            using var response = await fresh.GetAsync(pair.FrontDoor, Stop).InTime();
            return $"{(int)response.StatusCode} {(response.Headers.TryGetValues("mesh-error", out var error) ? error.Single().Split(';')[0] : "")}";
        }

        Assert.Equal("403 permission_denied", await CallAsync(CallerVerdict.Anonymous));
        Assert.Equal("403 permission_denied", await CallAsync(CallerVerdict.Known(SpiffeId.Parse("spiffe://test.local/ns/default/sa/spy"))));
        Assert.Equal("403 front_door_refused", await CallAsync(CallerVerdict.Refused("another web page")));
        pair.Apply(o => o with { IsExternal = true });
        Assert.Equal("200 ", await CallAsync(CallerVerdict.Anonymous));
        Assert.Equal("403 permission_denied", await CallAsync(CallerVerdict.Known(SpiffeId.Parse("spiffe://test.local/ns/default/sa/spy"))));
    }

    [Fact]
    public async Task OutboundListener_RefusesWhomTheGuardRefuses()
    {
        await using var setup = await DoorSetup.StartAsync();
        setup.Pair.Caller.Guards.Outbound = CallerVerdict.Refused("another service's process");
        using var client = new HttpClient();

        using var response = await client.GetAsync(setup.Pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.StartsWith("outbound_refused", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http2WithPriorKnowledge_IsServedAtFrontDoors()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol, context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true });
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("HTTP/1.1", await response.Content.ReadAsStringAsync(Stop));
    }

    private static async Task<string> GetAsync(DoorSetup setup, string target)
    {
        using var http = await RawHttp.ConnectAsync(setup.Pair.Listener);
        await http.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        return await http.ReadToEndAsync();
    }

    private sealed class DoorSetup(ProxyPair pair, TestApp app) : IAsyncDisposable
    {
        private int _requests;

        public ProxyPair Pair => pair;

        public int Requests => _requests;

        public static async Task<DoorSetup> StartAsync()
        {
            DoorSetup? setup = null;
            var app = await TestApp.StartAsync(_ =>
            {
                Interlocked.Increment(ref setup!._requests);
                return Task.CompletedTask;
            });
            return setup = new DoorSetup(await ProxyPair.StartAsync(app.Address), app);
        }

        /// <summary>Calls the mesh door by hand; empty: it said nothing.</summary>
        public async Task<string> CallAsync(
            X509Certificate2? leaf, X509Certificate2? intermediate = null, string serverName = ServerName, string? protocol = "http/1.1", SslProtocols versions = SslProtocols.Tls13)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(pair.Callee.MeshDoor).InTime();
            await using var tls = new SslStream(new NetworkStream(socket));
            try
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = serverName,
                        EnabledSslProtocols = versions,
                        ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)],
                        ClientCertificateContext = leaf is null ? null : SslStreamCertificateContext.Create(leaf, [intermediate ?? pair.Authority.Intermediate], offline: true),
                        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                    },
                    Stop).InTime();
                await tls.WriteAsync("GET / HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop).InTime();
                using var reader = new StreamReader(tls, Encoding.Latin1);
                return await reader.ReadToEndAsync(Stop).InTime();
            }
            catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
            {
                return "";
            }
        }

        public async ValueTask DisposeAsync()
        {
            await pair.DisposeAsync();
            await app.DisposeAsync();
        }
    }
}
