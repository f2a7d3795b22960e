using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>What somebody asked to go wrong goes wrong at the caller's sidecar, says so, and ends by itself.</summary>
public sealed class FaultTests
{
    private static readonly FaultEffects Unavailable = new() { Abort = new() { HttpStatus = 503 } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Abort_IsAnsweredInTheServicesPlace_AndNeverRetriedAway(string method)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        var retries = new RetrySettings { On = RetryOn.GatewayError | RetryOn.ServerError, Attempts = 5, IdempotentMethods = ["GET", "POST"] };
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Retry = retries });
        pair.Caller.Configuration.Apply(Fault(Unavailable));
        using var client = new HttpClient();

        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), pair.Url), Stop).InTime();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("fault_injected; hop=shop-1; policy=Fault f1 (ann)", response.Headers.GetValues("mesh-error").Single());
        Assert.Contains("Nothing is broken", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(0, app.Requests);
        pair.Caller.Configuration.Apply();
        Assert.Equal("fine", await client.GetStringAsync(pair.Url, Stop).InTime());
    }

    [Theory]
    [InlineData(null, 8, "8")]
    [InlineData(404, null, "12")]
    [InlineData(502, null, "14")]
    public async Task Abort_OfAGrpcCall_IsAGrpcStatus(int? http, int? grpc, string expected)
    {
        await using var pair = await GrpcPair.StartAsync(TestApp.SilentAsync);
        pair.Proxies.Caller.Configuration.Apply(Fault(new() { Abort = new() { HttpStatus = http, GrpcStatus = grpc } }));

        using var response = await pair.CallAsync(new byte[5]).InTime();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Headers.GetValues("grpc-status").Single());
        Assert.StartsWith("fault_injected; hop=shop-1; policy=Fault f1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_OfAPlainRequestByGrpcStatus_IsTheHttpStatusThatBelongsToIt()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Abort = new() { GrpcStatus = 8 } }));
        using var client = new HttpClient();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Reset_BreaksOffWithoutAnAnswer(string version)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        pair.Caller.Configuration.Apply(Fault(new() { Abort = new() { Reset = true } }));
        using var client = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(pair.Url, Stop)).InTime();

        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Delay_HoldsTheRequest_AndItGoesOn()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Timeouts = new RouteTimeouts { Request = TimeSpan.FromHours(1) } });
        var delay = TimeSpan.FromMilliseconds(300);
        pair.Caller.Configuration.Apply(Fault(new() { Delay = new() { Min = delay, Max = delay * 2 } }));
        using var client = new HttpClient();
        var started = TimeProvider.System.GetTimestamp();

        using var response = await client.GetAsync(pair.Url, Stop).InTime();

        Assert.True(TimeProvider.System.GetElapsedTime(started) > delay - TimeSpan.FromMilliseconds(20));
        Assert.Equal("fine", await response.Content.ReadAsStringAsync(Stop));
        Assert.False(response.Headers.Contains("mesh-error"));
    }

    [Fact]
    public async Task Delay_WhenTheFaultIsTakenBack_LetsGoOfWhoIsHeld()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var counted = new FaultCount(pair.Caller);
        pair.Caller.Configuration.Apply(Fault(new() { Delay = new() { Fixed = TimeSpan.FromHours(1) } }));
        using var client = new HttpClient();

        var held = client.GetStringAsync(pair.Url, Stop);
        Assert.Equal("delay", await counted.First.InTime());
        Assert.False(held.IsCompleted);
        pair.Caller.Configuration.Apply();

        Assert.Equal("fine", await held.InTime());
    }

    [Fact]
    public async Task Lease_EndsByTheSidecarsOwnClock()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Time = time });
        pair.Caller.Configuration.Apply(Fault(Unavailable) with { EndsAt = time.GetUtcNow() + TimeSpan.FromSeconds(30) });
        using var client = new HttpClient();

        time.Advance(TimeSpan.FromSeconds(29));
        using (var response = await client.GetAsync(pair.Url, Stop).InTime())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("fine", await client.GetStringAsync(pair.Url, Stop).InTime());
    }

    [Theory]
    [InlineData("GET", "/orders/7", "1", true)]
    [InlineData("GET", "/orders%2F7", "1", false)]
    [InlineData("GET", "/%6frders/7", "1", true)]
    [InlineData("POST", "/orders/7", "1", false)]
    [InlineData("GET", "/ordersx", "1", false)]
    [InlineData("GET", "/orders/7", "2", false)]
    [InlineData("DELETE", "/elsewhere", "9", true)]
    public async Task Match_DecidesWhichRequestsAreHit(string method, string path, string tenant, bool isHit)
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        ImmutableArray<RouteMatch> matches =
        [
            new() { Method = "GET", Path = new(PathMatchKind.PathPrefix, "/orders"), Headers = [new("tenant", ValueMatchKind.Exact, "1")] },
            new() { Method = "DELETE" },
        ];
        pair.Caller.Configuration.Apply(Fault(Unavailable) with { Matches = matches });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"http://{pair.Listener}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Add("tenant", tenant);

        using var response = await client.SendAsync(request, Stop).InTime();

        Assert.Equal(isHit ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Percent_HitsThatShare()
    {
        await using var app = await TestApp.StartAsync(context => context.Response.WriteAsync("fine", Stop));
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var counted = new FaultCount(pair.Caller);
        pair.Caller.Configuration.Apply(Fault(new() { Abort = new() { HttpStatus = 418, Percent = 30 } }));
        using var client = new HttpClient();

        var hit = 0;
        for (var i = 0; i < 400; i++)
        {
            using var response = await client.GetAsync(pair.Url, Stop).InTime();
            hit += response.StatusCode == (HttpStatusCode)418 ? 1 : 0;
        }

        // 120 are expected; seven standard deviations are 64.
        Assert.InRange(hit, 56, 184);
        Assert.Equal(hit, counted.Count);
    }

    private static FaultRule Fault(FaultEffects effects) => new()
    {
        Id = "f1",
        By = "ann",
        Upstream = ProxyPair.Upstream,
        EndsAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1),
        Effects = effects,
    };
}
