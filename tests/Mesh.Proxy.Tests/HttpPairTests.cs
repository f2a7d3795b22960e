using System.Net;
using System.Security.Cryptography;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

public sealed class HttpPairTests
{
    public static TheoryData<WireProtocol> Wires => [WireProtocol.Http1, WireProtocol.Http2];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Get_ThroughBothProxies_ReachesTheAppUnchanged(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.Headers["x-seen"] = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} host={context.Request.Host} xfcc={context.Request.Headers["x-forwarded-client-cert"]}";
            await context.Response.WriteAsync("hello", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-forwarded-client-cert", "URI=spiffe://test.local/forged");

        using var response = await client.GetAsync(new Uri(pair.Url, "a/b%20c?d=e"), Stop).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal(
            $"GET /a/b%20c?d=e host={pair.Listener} xfcc=By=spiffe://test.local/ns/default/sa/orders;URI=spiffe://test.local/ns/default/sa/shop",
            response.Headers.GetValues("x-seen").Single());
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Post_BodyOfAnyFraming_ComesBackWhole(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();
        foreach (var length in new[] { 0, 1, 5_000, 70_000, 3_000_000 })
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            foreach (var isChunked in new[] { false, true })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, pair.Url) { Content = new ByteArrayContent(bytes) };
                request.Headers.TransferEncodingChunked = isChunked;

                using var response = await client.SendAsync(request, Stop).InTime();

                Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Stop).InTime());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Headers_RepeatedAndHopByHop_GoOnOrStay(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            var request = context.Request.Headers;
            context.Response.Headers["x-seen"] = $"{request["x-two"]} {request.ContainsKey("x-named")} {request.ContainsKey("keep-alive")} {request.ContainsKey("x-mesh-caller")} {request.Cookie} {request["x-utf8"].ToString().Length}";
            context.Response.Headers.SetCookie = new(["a=1", "b=2"]);
            context.Response.Headers[ErrorHeader] = "forged";
            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nX-Two: 2\r\nConnection: x-named\r\nX-Named: n\r\nKeep-Alive: timeout=5\r\nX-Mesh-Caller: me\r\nCookie: c=1; d=2\r\nX-Utf8: caf\u00c3\u00a9\r\n\r\n");
        var head = await http.ReadToAsync("\r\n\r\n");

        Assert.Contains("x-seen: 1, 2 False False False c=1; d=2 4 <", $"{head.Split("\r\n").Single(l => l.StartsWith("x-seen", StringComparison.OrdinalIgnoreCase))} <", StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Set-Cookie: a=1\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Set-Cookie: b=2\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(ErrorHeader, head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Head_AndNotModified_KeepTheirHeadersAndHaveNoBody(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(context =>
        {
            if (context.Request.Path == "/304")
            {
                context.Response.StatusCode = 304;
                context.Response.Headers.ETag = "\"x\"";
            }
            else
            {
                context.Response.ContentLength = 1234;
            }

            return Task.CompletedTask;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        var head = await http.ReadToAsync("\r\n\r\n");
        await http.SendAsync("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n");
        var notModified = await http.ReadToAsync("\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 1234", head, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("HTTP/1.1 304", notModified, StringComparison.Ordinal);
        Assert.Contains("ETag: \"x\"", notModified, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task ExpectContinue_IsAnsweredBeforeTheBody(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        var interim = await http.ReadToAsync("\r\n\r\n");
        await http.SendAsync("hello");
        var final = await http.ReadToAsync("hello");

        Assert.StartsWith("HTTP/1.1 100", interim, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", final, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task ServerSentEvents_ArriveOneByOne(WireProtocol wire)
    {
        var (time, limit) = (new FakeTimeProvider(TimeProvider.System.GetUtcNow()), TimeSpan.FromSeconds(2));
        var next = new SemaphoreSlim(0);
        var isAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(context =>
        {
            if (context.Request.Path != "/silent")
            {
                return EventsAsync(context);
            }

            isAsked.TrySetResult();
            return TestApp.SilentAsync(context);
        });
        async Task EventsAsync(HttpContext context)
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await next.WaitAsync(context.RequestAborted);
            }
        }

        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire, Time = time, Timeouts = new RouteTimeouts { Request = limit } });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();

        // It began last, so that the limit of the events is over when its is.
        var last = client.GetAsync(new Uri(pair.Url, "silent"), Stop);
        await isAsked.Task.InTime();
        time.Advance(limit);
        using var silent = await last.InTime();
        Assert.Equal(HttpStatusCode.GatewayTimeout, silent.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await reader.ReadLineAsync(Stop).InTime());
            Assert.Equal("", await reader.ReadLineAsync(Stop).InTime());
            next.Release();
        }

        Assert.Null(await reader.ReadLineAsync(Stop).InTime());
    }

    [Fact]
    public async Task Trailers_OverHttp1_Arrive()
    {
        await using var app = await RawApp.StartAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n");
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
        var all = await http.ReadToAsync("0\r\n") + await http.ReadToAsync("\r\n\r\n");

        Assert.Contains("hello", all, StringComparison.Ordinal);
        Assert.Contains("x-sum: 42", all, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(WireProtocol.Auto)]
    [InlineData(WireProtocol.Http2)]
    public async Task RequestTrailers_Announced_ReachTheApp(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            await context.Response.WriteAsync($"{body} sum={context.Request.GetTrailer("x-sum")} host={(context.Request.CheckTrailersAvailable() ? context.Request.GetTrailer("keep-alive").ToString() : "?")}", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        for (var i = 0; i < 2; i++)
        {
            await http.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nKeep-Alive: late\r\n\r\n");
            Assert.Contains("hello sum=42 host=\r\n", await http.ReadToAsync("\r\n0\r\n\r\n"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task CallerGoesAway_AppIsTold(WireProtocol wire)
    {
        var began = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            began.SetResult();
            await aborted.Task;
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await began.Task.InTime();
        http.Dispose();

        await aborted.Task.InTime();
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task AppBreaksOffItsResponse_CallerDoesNotTakeItForWhole(WireProtocol wire)
    {
        var seen = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            await context.Response.WriteAsync("half", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await seen.Task;
            context.Abort();
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        seen.SetResult();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Stop).InTime());
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task BigBodies_StreamBothWays(WireProtocol wire)
    {
        const long length = 48L * 1024 * 1024;
        await using var app = await TestApp.StartAsync(async context =>
        {
            var buffer = new byte[64 * 1024];
            long received = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                received += read;
            }

            context.Response.Headers["x-received"] = received.ToString(System.Globalization.CultureInfo.InvariantCulture);
            for (long sent = 0; sent < length; sent += buffer.Length)
            {
                await context.Response.Body.WriteAsync(buffer, context.RequestAborted);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();

        using var request = new HttpRequestMessage(HttpMethod.Post, pair.Url) { Content = new StreamContent(new ZeroStream(length)) };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        var buffer = new byte[64 * 1024];
        await using var body = await response.Content.ReadAsStreamAsync(Stop);
        long total = 0;
        int count;
        while ((count = await body.ReadAsync(buffer, Stop).InTime()) > 0)
        {
            total += count;
        }

        Assert.Equal(length, total);
        Assert.Equal($"{length}", response.Headers.GetValues("x-received").Single());
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task BigBodyOfKnownLength_Arrives(WireProtocol wire)
    {
        const long length = 24L * 1024 * 1024;
        await using var app = await TestApp.StartAsync(async context =>
        {
            var buffer = new byte[64 * 1024];
            context.Response.ContentLength = length;
            for (long sent = 0; sent < length; sent += buffer.Length)
            {
                await context.Response.Body.WriteAsync(buffer, context.RequestAborted);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, HttpCompletionOption.ResponseHeadersRead, Stop).InTime();
        var buffer = new byte[64 * 1024];
        await using var body = await response.Content.ReadAsStreamAsync(Stop);
        long total = 0;
        int count;
        while ((count = await body.ReadAsync(buffer, Stop).InTime()) > 0)
        {
            total += count;
        }

        Assert.Equal(length, total);
    }

    [Fact]
    public async Task WireAuto_ManyAtOnce_AllAnswered()
    {
        await using var app = await TestApp.StartAsync(async context => await context.Response.WriteAsync(context.Request.QueryString.Value!, context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.GetStringAsync(new Uri(pair.Url, $"?{i}"), Stop))).InTime();

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"?{i}"), answers);
    }

    [Fact]
    public async Task JavaStyleH2cOffer_IsIgnored()
    {
        await using var app = await TestApp.StartAsync(async context => await context.Response.WriteAsync("plain", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var http = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await http.ReadToAsync("plain"), StringComparison.Ordinal);
    }

    private const string ErrorHeader = "mesh-error";
}
