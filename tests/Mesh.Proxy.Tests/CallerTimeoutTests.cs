using System.Net;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

public sealed class CallerTimeoutTests
{
    private static readonly Origin Jobs = new("Timeout", "default/jobs", null, "rules[0]");

    [Theory]
    [InlineData("spiffe://test.local/ns/default/sa/shop", false, true)]
    [InlineData("spiffe://test.local/ns/default", true, true)]
    [InlineData("spiffe://test.local/ns/default/sa/job", false, false)]
    public async Task Request_OfACallerThatMatches_HasItsOwnLimit(string caller, bool isPrefix, bool isBounded)
    {
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (isBounded)
            {
                await TestApp.SilentAsync(context);
            }

            await context.Response.WriteAsync("app", context.RequestAborted);
        });
        var timeouts = new InboundTimeouts { ForCallers = [new CallerTimeouts { Caller = new PrincipalMatch(caller, isPrefix), Request = TimeSpan.FromSeconds(2), Origin = Jobs }] };
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { InboundTimeouts = timeouts });
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, TestContext.Current.CancellationToken).InTime();

        Assert.Equal(isBounded ? HttpStatusCode.GatewayTimeout : HttpStatusCode.OK, response.StatusCode);
        if (isBounded)
        {
            Assert.Equal("request_timeout; hop=orders-1; policy=Timeout default/jobs rules[0]", response.Headers.GetValues("mesh-error").Single());
        }
    }
}
