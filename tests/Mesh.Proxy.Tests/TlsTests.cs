using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

/// <summary>What handshakes at mesh doors come to, and that a change of it breaks nothing that runs.</summary>
public sealed class TlsTests
{
    private const string Shop = "spiffe://test.local/ns/default/sa/shop";

    private static readonly DoorTls Both = new() { Min = TlsVersion.TLS12 };
    private static readonly DoorTls Old = new() { Min = TlsVersion.TLS12, Max = TlsVersion.TLS12 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, SslProtocols, TlsCipherSuite[], string> Handshakes => new()
    {
        { "TLS13 TLS13", SslProtocols.Tls13, [], "Tls13" },
        { "TLS13 TLS13", SslProtocols.Tls12, [], "" },
        { "TLS12 TLS13", SslProtocols.Tls12, [], "Tls12" },
        { "TLS12 TLS13", SslProtocols.Tls12 | SslProtocols.Tls13, [], "Tls13" },
        { "TLS12 TLS12", SslProtocols.Tls12 | SslProtocols.Tls13, [], "Tls12" },
        { "TLS12 TLS12", SslProtocols.Tls13, [], "" },
        { "TLS12 TLS13 EcdheEcdsaAes256Gcm", SslProtocols.Tls12, [], "Tls12 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
        { "TLS12 TLS13 EcdheEcdsaAes256Gcm", SslProtocols.Tls12, [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256], "" },
        { "TLS12 TLS13 EcdheEcdsaAes256Gcm", SslProtocols.Tls13, [TlsCipherSuite.TLS_AES_128_GCM_SHA256], "Tls13 TLS_AES_128_GCM_SHA256" },
        { "TLS12 TLS13", SslProtocols.Tls12, [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256], "Tls12 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
        { "TLS12 TLS13", SslProtocols.Tls12, [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256], "" }, // no authenticated encryption
    };

    [Theory]
    [MemberData(nameof(Handshakes), DisableDiscoveryEnumeration = true)]
    public async Task MeshDoor_Handshake_ComesToWhatThePolicyAllowsOrToNothing(string door, SslProtocols offered, TlsCipherSuite[] suites, string expected)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows lets no program choose cipher suites; it runs on Linux and macOS.");
        }

        var words = door.Split(' ');
        var tls = new DoorTls { Min = Enum.Parse<TlsVersion>(words[0]), Max = Enum.Parse<TlsVersion>(words[1]), Ciphers = [.. words[2..].Select(Enum.Parse<TlsCipher>)] };
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("in", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Tls = tls });

        Assert.StartsWith(expected, await AgreeAsync(pair, offered, suites), StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0 ? 0 : 1, app.Requests);
    }

    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task Sidecars_ThatSpeakTls12_CarryRequests(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context => await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync(Stop), Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Tls = Old, Wire = wire });
        using var client = new HttpClient();

        using var response = await client.PostAsync(pair.Url, new StringContent("over 1.2"), Stop).InTime();

        Assert.Equal("over 1.2", await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Sidecars_ThatSpeakTls12_CarryTunnels()
    {
        await using var app = await RawApp.StartAsync(async (socket, first) => await socket.SendAsync(first));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Protocol = AppProtocol.Tcp, Tls = Old });
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(pair.Listener, Stop).InTime();
        await client.SendAsync("hello"u8.ToArray(), Stop).InTime();
        var buffer = new byte[5];

        Assert.Equal(5, await client.ReceiveAsync(buffer, Stop).InTime());
        Assert.Equal("hello"u8, buffer);
    }

    [Fact]
    public async Task Caller_WhoseVersionsTheDoorDoesNotSpeak_SaysThatTheHandshakeFailed()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Cluster = cluster => cluster with { Tls = Old }, Retry = new RetrySettings() });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("handshake_failed", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Change_WhileARequestRuns_LetsItFinishAndTheNextOnesGoOverNewHandshakes()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                await context.Response.WriteAsync("be", Stop);
                await context.Response.Body.FlushAsync(Stop);
                entered.TrySetResult();
                await leave.Task.InTime();
                await context.Response.WriteAsync("gun", Stop);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Tls = Old });
        using var client = new HttpClient();
        var slow = client.GetStringAsync(new Uri(pair.Url, "slow"), Stop);
        await entered.Task.InTime();

        pair.Apply(o => o with { Tls = DoorTls.Default });
        using (var next = await client.PostAsync(pair.Url, new StringContent("x"), Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        }

        leave.SetResult();
        Assert.Equal("begun", await slow.InTime());
        Assert.Equal("", await AgreeAsync(pair, SslProtocols.Tls12, []));
    }

    [Fact]
    public async Task Change_BackAndForthUnderRequestsThatMayNotBeRepeated_BreaksNone()
    {
        await using var app = await TestApp.StartAsync(async context => await context.Request.Body.CopyToAsync(Stream.Null, Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Tls = Both, Retry = new RetrySettings() });
        using var client = new HttpClient();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var callers = Enumerable.Range(0, 4).Select(async _ =>
        {
            var answers = new List<HttpStatusCode>();
            while (!over.IsCancellationRequested)
            {
                using var response = await client.PostAsync(pair.Url, new StringContent("x"), Stop).InTime();
                answers.Add(response.StatusCode);
            }

            return answers;
        }).ToList();

        for (var i = 0; i < 20; i++)
        {
            var before = app.Requests;
            pair.Apply(o => o with { Tls = i % 2 == 0 ? DoorTls.Default : Both });
            while (app.Requests < before + 10)
            {
                await Task.Yield();
            }
        }

        await over.CancelAsync();
        var all = (await Task.WhenAll(callers).InTime()).SelectMany(answers => answers).ToList();
        Assert.True(all.Count >= 200, $"only {all.Count} requests");
        Assert.All(all, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Connection_ThatTheNewPolicyWouldNotAllow_AnswersOnceMoreAndCloses()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("in", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Tls = Both });
        await using var tls = await ConnectAsync(pair, SslProtocols.Tls12, []);
        var reader = new StreamReader(tls, Encoding.Latin1);
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: orders\r\n\r\n"u8.ToArray(), Stop).InTime();
        Assert.DoesNotContain("Connection: close", await HeadAsync(reader), StringComparison.OrdinalIgnoreCase);

        pair.Apply(o => o with { Tls = DoorTls.Default });
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: orders\r\n\r\n"u8.ToArray(), Stop).InTime();

        var rest = await reader.ReadToEndAsync(Stop).InTime();
        Assert.Contains("HTTP/1.1 200", rest, StringComparison.Ordinal);
        Assert.Contains("Connection: close", rest, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Bounds_OfASuiteThatIsNotNamed_DoNotHold()
    {
        var bounds = HandshakeBounds.Of(Both with { Ciphers = [TlsCipher.EcdheEcdsaAes256Gcm] });

        Assert.True(bounds.Hold(null));
        Assert.True(bounds.Hold(new AgreedTls(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_128_GCM_SHA256)));
        Assert.True(bounds.Hold(new AgreedTls(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)));
        Assert.False(bounds.Hold(new AgreedTls(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)));
        Assert.False(HandshakeBounds.Default.Hold(new AgreedTls(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)));
        Assert.Same(HandshakeBounds.Default, HandshakeBounds.Of(new DoorTls()));
    }

    [Fact]
    public void Bounds_AskedForEachRequest_AllocateNothing()
    {
        var bounds = HandshakeBounds.Of(Both);
        AgreedTls? agreed = new AgreedTls(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
        var holds = bounds.Hold(agreed);
        var before = GC.GetAllocatedBytesForCurrentThread();

        holds &= bounds.Hold(agreed);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(holds);
    }

    // What a peer with shop's certificate and its request come to; empty: to nothing.
    private static async Task<string> AgreeAsync(ProxyPair pair, SslProtocols offered, TlsCipherSuite[] suites)
    {
        try
        {
            await using var tls = await ConnectAsync(pair, offered, suites);
            await tls.WriteAsync("GET / HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n\r\n"u8.ToArray(), Stop).InTime();
            var answer = await new StreamReader(tls, Encoding.Latin1).ReadToEndAsync(Stop).InTime();
            return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}" : "";
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException)
        {
            return "";
        }
    }

    private static async Task<SslStream> ConnectAsync(ProxyPair pair, SslProtocols offered, TlsCipherSuite[] suites)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(pair.Callee.MeshDoor, Stop).InTime();
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "http.orders.default",
                    EnabledSslProtocols = offered,
#pragma warning disable CA1416 // skipped on Windows
                    CipherSuitesPolicy = suites.Length == 0 ? null : new CipherSuitesPolicy(suites),
#pragma warning restore CA1416
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    ClientCertificateContext = SslStreamCertificateContext.Create(pair.Authority.Issue([Shop]), [pair.Authority.Intermediate], offline: true),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                },
                Stop).InTime();
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> HeadAsync(StreamReader reader)
    {
        var head = new StringBuilder();
        while (await reader.ReadLineAsync(Stop).AsTask().InTime() is { Length: > 0 } line)
        {
            head.AppendLine(line);
        }

        var body = new char[2];
        await reader.ReadBlockAsync(body, Stop).InTime();
        return head.ToString();
    }
}
