using System.Net;
using System.Net.WebSockets;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>Faults in what comes back: bodies of responses, gRPC streams, WebSockets.</summary>
public sealed class ResponseFaultTests
{
    private static readonly byte[] Body = Encoding.ASCII.GetBytes(new string('x', 2000));

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow()); // certificates are of today

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2.0", true)]
    [InlineData("2.0", false)]
    public async Task Cut_SendsThatMuchAndBreaksOff_AndTheHeadSaysSo(string version, bool hasLength)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentLength = hasLength ? Body.Length : null;
            await context.Response.Body.WriteAsync(Body, Stop);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = _time });
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { CutAfter = 500 } }));
        using var client = Client(version);

        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("fault_injected; hop=shop-1; policy=Fault f1 (ann)", response.Headers.GetValues("mesh-error").Single());
        await AssertCutAsync(await response.Content.ReadAsStreamAsync(Stop), after: 500);
    }

    [Fact]
    public async Task Cut_BehindTheEnd_ChangesNothing()
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.ContentLength = Body.Length;
            await context.Response.Body.WriteAsync(Body, Stop);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { CutAfter = Body.Length } }));
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.False(response.Headers.Contains("mesh-error"));
        Assert.Equal(Body, await response.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task Cut_OfWhatTheMeshItselfAnswers_IsNotMade()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Endpoints = [] });
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { CutAfter = 0 } }));
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("no_endpoints", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Contains("no_endpoints", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BytesPerSecond_HoldTheBodyBack_AndAllOfItComes(string version)
    {
        await using var app = await TestApp.StartAsync(async context => await context.Response.Body.WriteAsync(Body, Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { BytesPerSecond = 4000 } }));
        using var client = Client(version);
        var started = TimeProvider.System.GetTimestamp();

        var body = await client.GetByteArrayAsync(pair.Url, Stop).InTime();

        Assert.Equal(Body, body);

        // Half a second but for the first of five pieces, which goes at once.
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(350));
    }

    [Fact]
    public async Task BytesPerSecond_WhenTheFaultIsTakenBack_LetTheRestGo()
    {
        await using var app = await TestApp.StartAsync(async context => await context.Response.Body.WriteAsync(Body, Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { BytesPerSecond = 1 } }));
        using var client = new HttpClient();
        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        await using var stream = await response.Content.ReadAsStreamAsync(Stop);
        Assert.Equal('x', (char)(await ReadByteAsync(stream).InTime()));

        pair.Caller.Configuration.Apply();

        Assert.Equal(Body.Length - 1, await BytesUntilItBreaksAsync(stream, isBroken: false).InTime());
    }

    [Fact]
    public async Task GrpcStream_IsCutInTheMiddle()
    {
        await using var pair = await GrpcPair.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync(Stop);
            for (var i = 0; i < 100; i++)
            {
                await context.Response.Body.WriteAsync(new byte[10], context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }, new PairOptions { Time = _time });
        pair.Proxies.Caller.Configuration.Apply(Fault(new() { Response = new() { CutAfter = 55 } }));

        using var response = await pair.OpenAsync(new ByteArrayContent(new byte[5])).InTime();

        Assert.StartsWith("fault_injected", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        await AssertCutAsync(await response.Content.ReadAsStreamAsync(Stop), after: 55);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_IsCutAfterItsBytes(string version)
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Response = new() { CutAfter = 30 } }));
        using var socket = new ClientWebSocket { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, client, Stop).InTime();

        Assert.Equal("0123456789", await EchoedAsync(socket, "0123456789").InTime());
        Assert.Equal("0123456789", await EchoedAsync(socket, "0123456789").InTime());
        await Assert.ThrowsAsync<WebSocketException>(() => EchoedAsync(socket, "0123456789")).InTime();
    }

    [Fact]
    public async Task WebSocket_IsAbortedAtItsHandshake()
    {
        await using var app = await TestApp.StartAsync(EchoAsync);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Abort = new() { HttpStatus = 503 } }));
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new UriBuilder(pair.Url) { Scheme = "ws" }.Uri, Stop)).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, socket.HttpStatusCode);
        Assert.Equal(0, app.Requests);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }
    }

    private static async Task<string> EchoedAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Stop);
        var buffer = new byte[100];
        var message = await socket.ReceiveAsync(buffer, Stop);
        return Encoding.ASCII.GetString(buffer, 0, message.Count);
    }

    private static async Task<int> ReadByteAsync(Stream stream)
    {
        var one = new byte[1];
        return await stream.ReadAsync(one, Stop) == 1 ? one[0] : -1;
    }

    // It lingers a moment before it breaks off, for what was sent to arrive: time goes on once it has.
    private async Task AssertCutAsync(Stream stream, int after)
    {
        await stream.ReadExactlyAsync(new byte[after], Stop).InTime();
        var rest = BytesUntilItBreaksAsync(stream);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return rest.IsCompleted;
        });

        Assert.Equal(0, await rest);
    }

    private static async Task<int> BytesUntilItBreaksAsync(Stream stream, bool isBroken = true)
    {
        var count = 0;
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, Stop)) > 0)
            {
                count += read;
            }

            Assert.False(isBroken, $"it ended properly after {count} bytes");
        }
        catch (Exception e) when (e is IOException or HttpRequestException && isBroken)
        {
            // As it has to.
        }

        return count;
    }

    private static HttpClient Client(string version) => new() { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static FaultRule Fault(FaultEffects effects) => new()
    {
        Id = "f1",
        By = "ann",
        Upstream = ProxyPair.Upstream,
        EndsAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
        Effects = effects,
    };
}
