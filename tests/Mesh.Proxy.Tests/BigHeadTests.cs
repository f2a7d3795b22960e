using System.Net;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Proxy.Tests;

/// <summary>Heads that are larger than a hop takes.</summary>
public sealed class BigHeadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BigHead_IsRefusedByTheHop()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var http = await RawHttp.ConnectAsync(pair.Listener);
        using var many = await RawHttp.ConnectAsync(pair.Listener);
        using var line = await RawHttp.ConnectAsync(pair.Listener);

        await http.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nX-Big: {new string('x', 80_000)}\r\n\r\n");
        await many.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 150).Select(i => $"X-{i}: v\r\n"))}\r\n");

        await line.SendAsync($"GET /{new string('x', 20_000)} HTTP/1.1\r\nHost: a\r\n\r\n");

        foreach (var (connection, status) in new[] { (http, 431), (many, 431), (line, 414) })
        {
            var answer = await connection.ReadToAsync("\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
            Assert.Contains("mesh-error: bad_request; hop=shop-1\r\n", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("X-Big: ", 300_000, 431)]
    [InlineData("", 80_000, 414)]
    public async Task EnormousHead_IsAnsweredByTheServerItself(string header, int length, int status)
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var http = await RawHttp.ConnectAsync(pair.Listener);
        var big = new string('x', length);

        // It may close before it took all of it.
        _ = http.SendAsync(header.Length == 0 ? $"GET /{big} HTTP/1.1\r\nHost: a\r\n\r\n" : $"GET / HTTP/1.1\r\nHost: a\r\n{header}{big}\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", await http.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BigHead_OverHttp2_IsRefusedByTheHop()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, pair.Url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("x-big", new string('x', 80_000));

        using var response = await client.SendAsync(request, Stop).InTime();

        Assert.Equal(431, (int)response.StatusCode);
        Assert.Equal("bad_request; hop=shop-1", response.Headers.GetValues("mesh-error").Single());
    }
}
