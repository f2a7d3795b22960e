using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Trio;

/// <summary>
/// HTTP as apps use it, from a client at a front door through front's sidecar; what goes on to another service does so over mTLS.
/// </summary>
[Collection("Trio")]
public sealed class ProtocolTests(TrioFixture trio)
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData("--http1.1", "HTTP/1.1")]
    [InlineData("--http2-prior-knowledge", "HTTP/2")]
    public async Task Curl_EitherVersion_IsServedAtTheFrontDoor(string option, string version)
    {
        var mesh = await trio.MeshAsync();

        var (_, output) = await Command.RunAsync(Command.Find("curl", "curl"), new Dictionary<string, string>(), "-sS", "-i", option, $"{mesh.UrlOf("front")}echo/x");

        Assert.StartsWith($"{version} 200", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ReachesTheAppAsTheCallerSentIt()
    {
        var mesh = await trio.MeshAsync();

        var answer = await mesh.App("front").CallAsync("{BACK_HTTP}/echo/a%20b?q=1", headers: new() { ["host"] = "shop.example:8080" });

        using var seen = JsonDocument.Parse(answer.Body);
        Assert.Equal("shop.example:8080", seen.RootElement.GetProperty("headers").GetProperty("Host").GetString());
        Assert.Equal("/echo/a%20b?q=1", seen.RootElement.GetProperty("target").GetString());
    }

    [Fact]
    public async Task ForwardedHeaders_FromOutside_AreReplacedAtTheFrontDoor()
    {
        var mesh = await trio.MeshAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "echo/x");
        request.Headers.Add("x-forwarded-for", "203.0.113.7");
        request.Headers.Add("x-forwarded-proto", "https");

        using var response = await mesh.App("front").FrontDoor.SendAsync(request, TestContext.Current.CancellationToken);

        using var seen = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var headers = seen.RootElement.GetProperty("headers").EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal("127.0.0.1", headers["x-forwarded-for"]);
        Assert.Equal("http", headers["x-forwarded-proto"]);
    }

    [Fact]
    public async Task Trailers_AfterTheBody_Arrive()
    {
        var mesh = await trio.MeshAsync();

        using var response = await mesh.App("front").FrontDoor.GetAsync("trailers", TestContext.Current.CancellationToken);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("4", Assert.Single(response.TrailingHeaders.GetValues("x-sum")));
    }

    [Fact]
    public async Task Expect100Continue_IsAnsweredBeforeTheBody()
    {
        var mesh = await trio.MeshAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "sink") { Content = new ByteArrayContent(new byte[100_000]) };
        request.Headers.ExpectContinue = true;

        using var response = await mesh.App("front").FrontDoor.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("100000", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("HEAD", "big/5000", 200)]
    [InlineData("GET", "status/304", 304)]
    [InlineData("GET", "status/204", 204)]
    [InlineData("GET", "status/503", 503)]
    public async Task StatusWithoutABody_PassesUntouched(string method, string path, int status)
    {
        var mesh = await trio.MeshAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await mesh.App("front").FrontDoor.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("mesh-error"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task HeadersTooBig_Are431()
    {
        var mesh = await trio.MeshAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "who");
        request.Headers.Add("x-big", new string('a', 200_000));

        using var response = await mesh.App("front").FrontDoor.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task ServerSentEvents_ArriveOneByOne()
    {
        var mesh = await trio.MeshAsync();

        using var response = await mesh.App("front").FrontDoor.GetAsync("events/3", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var first = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal("data: 0", first);
        Assert.Contains("data: 2", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSocket_EchoesMessages()
    {
        var mesh = await trio.MeshAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{mesh.UrlOf("front").Authority}/socket"), TestContext.Current.CancellationToken);

        for (var i = 0; i < 100; i++)
        {
            var sent = Encoding.UTF8.GetBytes(new string((char)('a' + (i % 26)), 1000));
            await socket.SendAsync(sent, WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
            var received = new byte[2000];
            var message = await socket.ReceiveAsync(received.AsMemory(), TestContext.Current.CancellationToken);
            Assert.Equal(sent, received[..message.Count]);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task GiBBodies_BothWays_KeepTheMemoryOfTheSidecarFlat()
    {
        var mesh = await trio.MeshAsync();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Peak memory is read from /proc.");
        var front = mesh.App("front").FrontDoor;

        using var response = await front.GetAsync($"big/{GiB}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var received = await CountAsync(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        using var request = new HttpRequestMessage(HttpMethod.Post, "sink") { Content = new StreamContent(new ZeroStream(GiB)) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await front.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(GiB, received);
        Assert.Equal(GiB.ToString(System.Globalization.CultureInfo.InvariantCulture), await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.InRange(MeshUp.PeakMemoryMiB(mesh.SidecarPid("front-0")), 1, 200);
    }

    [Fact]
    public async Task SlowHead_IsCutOff()
    {
        var mesh = await trio.MeshAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", mesh.UrlOf("front").Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        var answer = new byte[1000];
        var read = await client.GetStream().ReadAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.True(read == 0 || Encoding.ASCII.GetString(answer, 0, read).Contains("408", StringComparison.Ordinal));
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        var block = new byte[1 << 17];
        long total = 0;
        int read;
        while ((read = await stream.ReadAsync(block, TestContext.Current.CancellationToken)) > 0)
        {
            total += read;
        }

        return total;
    }
}
