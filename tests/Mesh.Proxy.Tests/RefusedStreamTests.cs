using System.Net;
using System.Text;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Proxy.Tests;

/// <summary>An app may turn a stream away that it has not looked at, body or not: then all of it comes again by the retry policy, or none of it.</summary>
public sealed class RefusedStreamTests
{
    private static readonly RetrySettings None = RetrySettings.Default with { Attempts = 0 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("behind its sidecar", TurnAway.Refuse)]
    [InlineData("behind its sidecar", TurnAway.GoAway)]
    [InlineData("outside the mesh", TurnAway.Refuse)]
    [InlineData("outside the mesh", TurnAway.GoAway)]
    public async Task BodyUnderWay_IsSentAgainWhole(string where, TurnAway how)
    {
        await using var app = FrameApp.Start(how);
        await using var pair = await StartAsync(app, where, RetrySettings.Default);
        using var client = new HttpClient();
        var body = new DuplexContent();

        var call = client.SendAsync(Post(pair, body), Stop);
        await SayAsync(body, "first ");
        await app.TurnedAway.InTime();
        await SayAsync(body, "second");
        body.Complete();

        using var response = await call.InTime();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["first second"], app.Bodies.Select(Encoding.ASCII.GetString));
        Assert.Equal(2, app.Heads);
    }

    [Theory]
    [InlineData("behind its sidecar", TurnAway.Refuse, 1)]
    [InlineData("behind its sidecar", TurnAway.GoAway, 1)]
    [InlineData("outside the mesh", TurnAway.Refuse, 1)]
    [InlineData("outside the mesh", TurnAway.GoAway, 1)]
    [InlineData("behind its sidecar", TurnAway.Refuse, int.MaxValue)]
    [InlineData("behind its sidecar", TurnAway.GoAway, int.MaxValue)]
    [InlineData("outside the mesh", TurnAway.Refuse, int.MaxValue)]
    [InlineData("outside the mesh", TurnAway.GoAway, int.MaxValue)]
    public async Task RetriesOff_NoPartOfItBeginsTwice(string where, TurnAway how, int after)
    {
        await using var app = FrameApp.Start(how, after);
        await using var pair = await StartAsync(app, where, None);
        using var client = new HttpClient();
        var body = new DuplexContent();

        var call = client.SendAsync(Post(pair, body), Stop);
        await SayAsync(body, "first ");
        if (after == int.MaxValue)
        {
            body.Complete();
        }

        using var response = await call.InTime();
        body.Complete();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.StartsWith("upstream_refused; hop=", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(1, app.Heads);
        Assert.Empty(app.Bodies);
    }

    [Fact]
    public async Task BodyThatWaitsForTheWindow_IsRefusedAsWell()
    {
        await using var app = FrameApp.Start(TurnAway.Refuse, FrameApp.Window);
        await using var pair = await StartAsync(app, "outside the mesh", None);
        using var client = new HttpClient();

        using var response = await client.SendAsync(Post(pair, new ByteArrayContent(new byte[1024 * 1024])), Stop).InTime();

        Assert.StartsWith("upstream_refused; hop=shop-1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(1, app.Heads);
    }

    [Fact]
    public async Task RetryOn_WithoutRefusedStream_SendsNothingAgain()
    {
        await using var app = FrameApp.Start(TurnAway.Refuse, int.MaxValue);
        await using var pair = await StartAsync(app, "behind its sidecar", RetrySettings.Default with { On = RetryOn.ConnectFailure | RetryOn.Reset });
        using var client = new HttpClient();

        using var response = await client.SendAsync(Post(pair, new StringContent("charge")), Stop).InTime();

        Assert.StartsWith("upstream_refused; hop=orders-1", response.Headers.GetValues("mesh-error").Single(), StringComparison.Ordinal);
        Assert.Equal(1, app.Heads);
    }

    [Theory]
    [InlineData(TurnAway.Refuse)]
    [InlineData(TurnAway.GoAway)]
    public async Task QuestionOfARoute_IsAskedAgainWhole(TurnAway how)
    {
        await using var desk = FrameApp.Start(how, int.MaxValue);
        await using var app = await TestApp.StartAsync(context => context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted));
        var asked = new Cluster
        {
            Upstream = new PortRef(new ServiceId("default", "desk"), "http"),
            Protocol = AppProtocol.Http2,
            Kind = ClusterKind.External,
            ExternalHost = "127.0.0.1",
            ExternalPort = desk.Address.Port,
        };
        var rule = ProxyPair.PassThrough(ResourceNames.Cluster(ProxyPair.Upstream), new PairOptions()) with
        {
            Authorization = new RouteAuthorization { Cluster = asked.Name, MaxBody = 1024, Timeout = TimeSpan.FromSeconds(10) },
        };
        await using var pair = await ProxyPair.StartAsync(app.Address, new PairOptions { Rules = [rule], MoreClusters = [asked] });
        using var client = new HttpClient();

        using var response = await client.PostAsync(pair.Url, new StringContent("charge"), Stop).InTime();

        Assert.Equal("charge", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal(["charge"], desk.Bodies.Select(Encoding.ASCII.GetString));
        Assert.Equal(2, desk.Heads);
    }

    private static Task<ProxyPair> StartAsync(FrameApp app, string where, RetrySettings retry) => ProxyPair.StartAsync(app.Address, new PairOptions
    {
        Protocol = AppProtocol.Http2,
        Wire = WireProtocol.Http2,
        Retry = retry with { BackOffBase = TimeSpan.Zero },
        Cluster = where == "outside the mesh" ? c => c with { Kind = ClusterKind.External, PeerIdentity = null, ExternalHost = "127.0.0.1", ExternalPort = app.Address.Port } : null,
    });

    private static HttpRequestMessage Post(ProxyPair pair, HttpContent body) => new(HttpMethod.Post, pair.Url)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = body,
    };

    private static async Task SayAsync(DuplexContent body, string text)
    {
        var stream = await body.Stream.InTime();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Stop).InTime();
        await stream.FlushAsync(Stop).InTime();
    }
}
