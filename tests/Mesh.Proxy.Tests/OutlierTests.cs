using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Outbound;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

/// <summary>A replica that fails is left out, the others serve, and the last one is never left out.</summary>
public sealed class OutlierTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailingReplica_IsLeftOutAndTheOtherServesEverything()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { TotalFailures = 3 });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        using var client = new HttpClient();

        await UntilLeftOutAsync(client, pair);
        var answers = await AnswersAsync(client, pair.Url, 20);

        Assert.Equal("200", answers);
        Assert.Equal(["orders-2"], Ejected(pair));
    }

    [Fact]
    public async Task FailingReplica_OfASession_IsLeftOutOfItToo()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { TotalFailures = 3 });
        pair.Apply(o => o with
        {
            Rules = [new RouteRule { Name = "all", Action = new ForwardAction { Backends = [new WeightedCluster(ResourceNames.Cluster(ProxyPair.Upstream))], Session = new RouteSession { Kind = SessionKind.Header, Name = "x-where" } } }],
        });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        using var client = new HttpClient();
        var mark = "";
        for (var i = 0; i < 2 && mark.Length == 0; i++)
        {
            using var first = await client.GetAsync(pair.Url, Stop).InTime();
            mark = first.StatusCode == HttpStatusCode.InternalServerError ? first.Headers.GetValues("x-where").Single() : "";
        }

        client.DefaultRequestHeaders.Add("x-where", mark);
        await UntilLeftOutAsync(client, pair);
        var answers = await AnswersAsync(client, pair.Url, 5);

        Assert.Equal("200", answers);
        Assert.Equal(["orders-2"], Ejected(pair));
    }

    [Fact]
    public async Task EveryReplicaFails_OneGoesAndTheLastStays()
    {
        await using var first = await FailingAsync();
        await using var second = await FailingAsync();
        await using var pair = await StartAsync(first.Address, new() { TotalFailures = 2, MaxEjectionPercent = 100 });
        await using var other = await pair.AddReplicaAsync("orders-2", second.Address);
        using var client = new HttpClient();

        var answers = await AnswersAsync(client, pair.Url, 30);

        Assert.Equal("500", answers);
        Assert.Single(Ejected(pair));
    }

    [Fact]
    public async Task OnlyReplicaFails_IsNeverLeftOut()
    {
        await using var app = await FailingAsync();
        await using var pair = await StartAsync(app.Address, new() { TotalFailures = 1, LocalOriginFailures = 1, SplitErrors = true });
        using var client = new HttpClient();

        Assert.Equal("500", await AnswersAsync(client, pair.Url, 10));
        Assert.Empty(Ejected(pair));
    }

    [Fact]
    public async Task LocalOriginOnly_AnswersOf500ChangeNothing_NoConnectionDoes()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { LocalOriginFailures = 1, SplitErrors = true });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        using var client = new HttpClient();
        await AnswersAsync(client, pair.Url, 20);
        Assert.Empty(Ejected(pair));

        pair.Apply(o => o with { Endpoints = [o.Endpoints!.Value[0], new Endpoint("127.0.0.1", TunnelTests.RefusingPort, "orders-3")] });
        var answers = await UntilLeftOutAsync(client, pair);

        Assert.Equal("200", answers);
        Assert.Equal(["orders-3"], Ejected(pair));
    }

    [Fact]
    public async Task PolicyGoes_WhoWasLeftOutServesAgain()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { TotalFailures = 1 });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        using var client = new HttpClient();
        await UntilLeftOutAsync(client, pair);

        pair.Apply(o => o with { Cluster = c => c with { LoadBalancing = new(LoadBalancingKind.RoundRobin) } });

        Assert.Equal("200 500", await AnswersAsync(client, pair.Url, 4));
        Assert.Empty(Ejected(pair));
    }

    [Fact]
    public async Task AnotherReplicaComes_WhoIsLeftOutStaysOut()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { TotalFailures = 1 });
        await using var other = await pair.AddReplicaAsync("orders-2", bad.Address);
        using var client = new HttpClient();
        await UntilLeftOutAsync(client, pair);

        pair.Apply(o => o with { Endpoints = [.. o.Endpoints!.Value, o.Endpoints.Value[0] with { Replica = "orders-3" }] });

        Assert.Equal("200", await AnswersAsync(client, pair.Url, 20));
        Assert.Equal(["orders-2"], Ejected(pair));
    }

    [Fact]
    public async Task NearZoneFails_TheFarOneServes()
    {
        await using var good = await TestApp.StartAsync(context => context.Response.WriteAsync("good", context.RequestAborted));
        await using var bad = await FailingAsync();
        await using var pair = await StartAsync(good.Address, new() { TotalFailures = 1 });
        await using var near = await pair.AddReplicaAsync("orders-2", bad.Address);
        pair.Apply(o => o with { Endpoints = [o.Endpoints!.Value[0] with { Priority = 1, Zone = "south" }, o.Endpoints.Value[1] with { Zone = "north" }] });
        using var client = new HttpClient();

        Assert.Equal("500", await AnswersAsync(client, pair.Url, 1));
        Assert.Equal("200", await AnswersAsync(client, pair.Url, 20));
    }

    private static Task<ProxyPair> StartAsync(IPEndPoint app, OutlierDetection outliers) =>
        ProxyPair.StartAsync(app, new PairOptions { Cluster = c => c with { Outliers = outliers, LoadBalancing = new(LoadBalancingKind.RoundRobin) } });

    private static Task<TestApp> FailingAsync() => TestApp.StartAsync(context =>
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    });

    private static IEnumerable<string> Ejected(ProxyPair pair) => Replicas(pair).Where(replica => replica.IsEjected).Select(replica => replica.Name);

    private static ImmutableArray<Proxy.Upstreams.UpstreamReplica> Replicas(ProxyPair pair) =>
        pair.Caller.Services.GetRequiredService<OutboundState>().Tables!.Clusters[ResourceNames.Cluster(ProxyPair.Upstream)].Replicas;

    private static async Task<string> UntilLeftOutAsync(HttpClient client, ProxyPair pair)
    {
        var answers = new HashSet<string>();
        for (var i = 0; i < 100 && !Ejected(pair).Any(); i++)
        {
            answers.Add(await AnswersAsync(client, pair.Url, 1));
        }

        return string.Join(' ', answers.Order(StringComparer.Ordinal));
    }

    private static async Task<string> AnswersAsync(HttpClient client, Uri url, int count)
    {
        var answers = new HashSet<int>();
        for (var i = 0; i < count; i++)
        {
            using var response = await client.GetAsync(url, Stop).InTime();
            answers.Add((int)response.StatusCode);
        }

        return string.Join(' ', answers.Order());
    }
}
