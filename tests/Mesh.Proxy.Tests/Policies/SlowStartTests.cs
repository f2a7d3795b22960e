using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>A replica that comes takes its share little by little.</summary>
public sealed class SlowStartTests
{
    private static readonly LoadBalancing RoundRobin = new(LoadBalancingKind.RoundRobin) { SlowStart = new(TimeSpan.FromSeconds(100)) };

    private readonly FakeTimeProvider _time = new();

    [Theory]
    // of 1,000 requests, as if it had a part of the other's weight: 10 %, 10 %, 50 %, 90 %, all
    [InlineData(0, 91)]
    [InlineData(5, 91)]
    [InlineData(50, 333)]
    [InlineData(90, 474)]
    [InlineData(100, 500)]
    [InlineData(1000, 500)]
    public void Pick_NewReplica_TakesAPartByItsAge(int seconds, int expected)
    {
        var replicas = Replicas(0, _time.GetTimestamp());
        var balancer = Balancers.Create(RoundRobin, replicas, new Random(5).Next, _time);
        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => balancer.Pick([], null) == replicas[1]), expected - 25, expected + 25);
    }

    [Fact]
    public void Pick_AllNew_AreAlike()
    {
        var replicas = Replicas(_time.GetTimestamp(), _time.GetTimestamp());
        var balancer = Balancers.Create(RoundRobin, replicas, new Random(5).Next, _time);

        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => balancer.Pick([], null) == replicas[1]), 450, 550);
    }

    [Fact]
    public void Pick_OnlyTheNewOneIsLeft_IsIt()
    {
        var replicas = Replicas(0, _time.GetTimestamp());
        var balancer = Balancers.Create(RoundRobin, replicas, new Random(5).Next, _time);

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(replicas[1], balancer.Pick([replicas[0]], null)));
    }

    [Fact]
    public void Create_NobodyNew_NeedsNone() =>
        Assert.IsType<RoundRobin>(Balancers.Create(RoundRobin, Replicas(0, 0), _ => 0, _time));

    private static ImmutableArray<UpstreamReplica> Replicas(params long[] since) =>
        [.. since.Select((at, i) => new UpstreamReplica($"r{i}", new IPEndPoint(IPAddress.Loopback, i + 1), 1) { Since = at })];
}
