using System.Collections.Immutable;
using System.Globalization;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Tests.Pair;
using Microsoft.AspNetCore.Http;
using Endpoint = Mesh.Model.Snapshots.Endpoint;

namespace Mesh.Proxy.Tests;

/// <summary>Requests that belong together come to one replica.</summary>
public sealed class AffinityTests
{
    private static readonly LoadBalancing Ring = new(LoadBalancingKind.RingHash) { Ring = new() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Header_SameValue_SameReplica()
    {
        await using var app = await TestApp.StartAsync(Answer("1"));
        await using var second = await TestApp.StartAsync(Answer("2"));
        await using var pair = await ProxyPair.StartAsync(app.Address, By(new HashPolicy(HashPolicyKind.Header, "customer")));
        await using var other = await pair.AddReplicaAsync("orders-2", second.Address);
        using var client = new HttpClient();

        var replicas = new HashSet<string>();
        for (var customer = 0; customer < 20; customer++)
        {
            var answers = new HashSet<string>();
            for (var i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, pair.Url);
                request.Headers.Add("customer", customer.ToString(CultureInfo.InvariantCulture));
                using var response = await client.SendAsync(request, Stop).InTime();
                answers.Add(await response.Content.ReadAsStringAsync(Stop));
            }

            replicas.Add(Assert.Single(answers));
        }

        Assert.Equal(2, replicas.Count);
    }

    [Fact]
    public async Task Cookie_WithTtl_IsGivenByTheSidecarAndLeadsBack()
    {
        await using var app = await TestApp.StartAsync(Answer("1"));
        await using var second = await TestApp.StartAsync(Answer("2"));
        await using var pair = await ProxyPair.StartAsync(app.Address, By(new HashPolicy(HashPolicyKind.Cookie, "shop") { Ttl = TimeSpan.FromHours(1), Path = "/" }));
        await using var other = await pair.AddReplicaAsync("orders-2", second.Address);

        var replicas = new HashSet<string>();
        for (var browser = 0; browser < 30; browser++) // that all draw one replica is less likely than one in a hundred million
        {
            using var client = new HttpClient(); // with a jar of its own
            using var first = await client.GetAsync(pair.Url, Stop).InTime();
            var answer = await first.Content.ReadAsStringAsync(Stop);
            Assert.Contains(first.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("shop=", StringComparison.Ordinal) && cookie.EndsWith("; Max-Age=3600; Path=/; HttpOnly", StringComparison.Ordinal));
            Assert.Contains("app=1", first.Headers.GetValues("Set-Cookie"));
            for (var i = 0; i < 3; i++)
            {
                using var next = await client.GetAsync(pair.Url, Stop).InTime();
                Assert.Equal(answer, await next.Content.ReadAsStringAsync(Stop));
                Assert.Equal(["app=1"], next.Headers.GetValues("Set-Cookie"));
            }

            replicas.Add(answer);
        }

        Assert.Equal(2, replicas.Count);
    }

    [Fact]
    public async Task Source_EveryRequestOfACaller_ComesToOneReplica()
    {
        await using var app = await TestApp.StartAsync(Answer("1"));
        await using var second = await TestApp.StartAsync(Answer("2"));
        await using var pair = await ProxyPair.StartAsync(app.Address, By(new HashPolicy(HashPolicyKind.Source)));
        await using var other = await pair.AddReplicaAsync("orders-2", second.Address);
        using var client = new HttpClient();

        var replicas = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            replicas.Add(await client.GetStringAsync(pair.Url, Stop).InTime());
        }

        Assert.Single(replicas);
    }

    [Fact]
    public async Task Owner_NotReachable_TheNextOnTheRingTakesOver()
    {
        await using var app = await TestApp.StartAsync(Answer("1"));
        await using var pair = await ProxyPair.StartAsync(app.Address, By(new HashPolicy(HashPolicyKind.Header, "customer")));
        pair.Apply(o => o with { Endpoints = [new Endpoint("127.0.0.1", pair.Callee.MeshDoor.Port, "orders-1"), new Endpoint("127.0.0.1", 1, "orders-2")] });
        using var client = new HttpClient();

        for (var customer = 0; customer < 10; customer++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, pair.Url);
            request.Headers.Add("customer", customer.ToString(CultureInfo.InvariantCulture));
            using var response = await client.SendAsync(request, Stop).InTime();
            Assert.Equal("1", await response.Content.ReadAsStringAsync(Stop));
        }
    }

    private static RequestDelegate Answer(string text) => context =>
    {
        context.Response.Headers.SetCookie = "app=1";
        return context.Response.WriteAsync(text, context.RequestAborted);
    };

    private static PairOptions By(params ImmutableArray<HashPolicy> policies)
    {
        var rule = ProxyPair.PassThrough(ResourceNames.Cluster(ProxyPair.Upstream), new PairOptions());
        return new() { Cluster = c => c with { LoadBalancing = Ring }, Rules = [rule with { Action = ((ForwardAction)rule.Action) with { HashPolicies = policies } }] };
    }
}
