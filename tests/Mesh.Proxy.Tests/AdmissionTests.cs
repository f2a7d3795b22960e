using System.Net;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests;

/// <summary>Configurations that come while a request is judged: it is judged and served by one, and by the one in force.</summary>
public sealed class AdmissionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_WhileARequestIsJudged_DoesNotTakeTheAppAway()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("served", context.RequestAborted));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true });
        WhileJudged(pair, () => pair.Apply(o => o with { InboundTimeouts = new() { Connect = TimeSpan.FromSeconds(7) } }));
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal((HttpStatusCode.OK, "served"), (response.StatusCode, await response.Content.ReadAsStringAsync(Stop)));
    }

    [Fact]
    public async Task Limits_ThatComeWhileARequestIsJudged_HoldForIt()
    {
        var limit = new RequestLimit { Name = "default", Rate = new(1, TimeSpan.FromMinutes(1)), Origin = new Origin("RateLimit", "default/orders") };
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true });
        WhileJudged(pair, () => pair.Apply(o => o with { InboundLimits = new() { Requests = [limit] } }));
        using var client = new HttpClient();

        using var first = await client.GetAsync(pair.FrontDoor, Stop).InTime();
        using var second = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task Port_ThatGoesWhileARequestIsJudged_IsSaidToBeServedNoLonger()
    {
        await using var app = await TestApp.StartAsync(_ => Task.CompletedTask);
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { IsExternal = true });
        WhileJudged(pair, () => pair.Callee.Configuration.Apply(new ProxySnapshot { Identity = pair.Callee.Id }, []));
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.FrontDoor, Stop).InTime();

        Assert.Equal("no_configuration; hop=orders-1", response.Headers.GetValues("mesh-error").Single());
        Assert.Contains("port http is no longer served", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
    }

    // The first request at the front door has found its port by then.
    private static void WhileJudged(ProxyPair pair, Action change)
    {
        var judged = 0;
        pair.Callee.Guards.Judged += () =>
        {
            if (Interlocked.Increment(ref judged) == 1)
            {
                change();
            }
        };
    }
}
