using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

public sealed class HttpPairTests
{
    [Theory]
    [InlineData(WireProtocol.Http1)]
    [InlineData(WireProtocol.Http2)]
    public async Task Get_ThroughBothProxies_ReachesTheAppUnchanged(WireProtocol wire)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            context.Response.Headers["x-seen"] = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} host={context.Request.Host} xfcc={context.Request.Headers["x-forwarded-client-cert"]}";
            await context.Response.WriteAsync("hello", context.RequestAborted);
        });
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Wire = wire });
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(pair.Url, "a/b%20c?d=e"), TestContext.Current.CancellationToken).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("hello", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            $"GET /a/b%20c?d=e host={pair.Listener} xfcc=By=spiffe://test.local/ns/default/sa/orders;URI=spiffe://test.local/ns/default/sa/shop",
            response.Headers.GetValues("x-seen").Single());
    }
}
