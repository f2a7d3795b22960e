using System.Collections.Immutable;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Policies.Routing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Tests.Policies;

public sealed class BalancerTests
{
    [Theory]
    [InlineData(LoadBalancingKind.RoundRobin, 0)]
    [InlineData(LoadBalancingKind.Random, 300)]
    [InlineData(LoadBalancingKind.LeastRequest, 600)]
    public void Pick_ByWeight_ComesCloseToIt(LoadBalancingKind kind, int tolerance)
    {
        var replicas = Replicas(1, 3);
        var balancer = Create(kind, replicas);

        var heavy = Enumerable.Range(0, 4000).Count(_ => balancer.Pick([], null) == replicas[1]);

        Assert.InRange(heavy, 3000 - tolerance, 3000 + tolerance);
    }

    [Theory]
    [InlineData(LoadBalancingKind.RoundRobin)]
    [InlineData(LoadBalancingKind.Random)]
    [InlineData(LoadBalancingKind.LeastRequest)]
    public void Pick_WithTriedReplicas_TakesAnotherWhileThereIsOne(LoadBalancingKind kind)
    {
        var replicas = Replicas(1, 1, 5);
        var balancer = Create(kind, replicas);

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(replicas[0], balancer.Pick([replicas[1], replicas[2]], null));
        }

        Assert.NotNull(balancer.Pick(replicas, null));
    }

    [Fact]
    public void Pick_LeastRequest_AvoidsTheBusyOne()
    {
        var replicas = Replicas(1, 1);
        replicas[0].Enter();
        var balancer = Create(LoadBalancingKind.LeastRequest, replicas);

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(replicas[1], balancer.Pick([], null)));
    }

    [Fact]
    public void Pick_NoReplica_IsNull() => Assert.Null(Create(LoadBalancingKind.LeastRequest, []).Pick([], null));

    [Fact]
    public void Next_Split_IsExactInEveryHundredAndSmooth()
    {
        var split = new WeightedSplit([new WeightedCluster("a", 90), new WeightedCluster("b", 10), new WeightedCluster("c", 0)]);

        var picks = Enumerable.Range(0, 1000).Select(_ => split.Next()!.Cluster).ToList();

        Assert.All(picks.Chunk(100), hundred => Assert.Equal(10, hundred.Count(p => p == "b")));
        Assert.DoesNotContain("c", picks);
        Assert.DoesNotContain(picks.Zip(picks.Skip(1)), pair => pair.First == "b" && pair.Second == "b");
    }

    [Fact]
    public void Next_SplitOfHugeWeights_StaysWithinOnePoint()
    {
        var split = new WeightedSplit([new WeightedCluster("a", 333_333), new WeightedCluster("b", 666_667)]);

        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => split.Next()!.Cluster == "a"), 323, 343);
    }

    [Fact]
    public void Next_AllWeightsZero_IsNull() => Assert.Null(new WeightedSplit([new WeightedCluster("a", 0)]).Next());

    private static ImmutableArray<UpstreamReplica> Replicas(params int[] weights) =>
        [.. weights.Select((w, i) => new UpstreamReplica($"r{i}", new IPEndPoint(IPAddress.Loopback, i + 1), w))];

    private static IBalancer Create(LoadBalancingKind kind, ImmutableArray<UpstreamReplica> replicas) =>
        Balancers.Create(new LoadBalancing(kind), replicas, new Random(7).Next, TimeProvider.System);
}
