using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>How much each priority takes, as Envoy's documentation of priority levels has it.</summary>
public sealed class PrioritiesTests
{
    private const int Draws = 100;

    [Theory]
    // ready/not ready of each priority, overprovisioning, requests of a hundred that each takes
    [InlineData("2/0 2/0", 200, "100 0")]
    [InlineData("1/1 2/0", 200, "100 0")] // half is left, and half is enough
    [InlineData("1/3 2/0", 200, "50 50")]
    [InlineData("1/1 2/0", 140, "70 30")]
    [InlineData("1/1 2/0", 100, "50 50")]
    [InlineData("0/4 1/0", 200, "0 100")]
    [InlineData("1/3 1/3 1/0", 200, "50 50 0")]
    [InlineData("1/4 1/4 1/0", 140, "28 28 44")]
    [InlineData("1/9 1/9", 100, "50 50")] // too little is left altogether: it is divided by what is
    public void Pick_ByWhatIsLeft_IsDivided(string levels, int overprovisioning, string expected)
    {
        var (set, replicas) = Set(levels, overprovisioning);
        var next = 0;

        // Every draw once, in turn.
        var balancer = Balancers.Create(new LoadBalancing(LoadBalancingKind.RoundRobin), replicas, set, below => next++ % below, TimeProvider.System);
        var taken = Enumerable.Range(0, Draws).Select(_ => balancer.Pick([], null)!.Name[1]).CountBy(c => c).ToDictionary();

        Assert.Equal(expected, string.Join(' ', Enumerable.Range(0, levels.Split(' ').Length).Select(p => taken.GetValueOrDefault((char)('0' + p)))));
    }

    [Fact]
    public void Pick_NearOnesAvoided_GoesToTheNextAndComesBack()
    {
        var (set, replicas) = Set("2/0 1/0", 200);
        var balancer = Balancers.Create(new LoadBalancing(LoadBalancingKind.RoundRobin), replicas, set, _ => 0, TimeProvider.System);

        Assert.Equal(replicas[2], balancer.Pick([replicas[0], replicas[1]], null));
        Assert.Equal(replicas[1], balancer.Pick([replicas[0]], null));
        Assert.Equal('0', balancer.Pick([], null)!.Name[1]);
        Assert.NotNull(balancer.Pick(replicas, null));
    }

    [Fact]
    public void Pick_ByHash_AKeyStaysInItsPriorityAndItsReplica()
    {
        var (set, replicas) = Set("2/6 4/0", 200);
        var random = new Random(3);
        var balancer = Balancers.Create(new LoadBalancing(LoadBalancingKind.RingHash) { Ring = new() }, replicas, set, random.Next, TimeProvider.System);

        var owners = Enumerable.Range(0, 200).Select(i => KeyHash.Of(string.Create(CultureInfo.InvariantCulture, $"key{i}"))).Select(key => (Key: key, Owner: balancer.Pick([], key))).ToList();

        Assert.All(owners, x => Assert.Equal(x.Owner, balancer.Pick([], x.Key)));
        Assert.InRange(owners.Count(x => x.Owner!.Name[1] == '0'), 70, 130);
    }

    [Fact]
    public void Create_NoPriorities_NeedsNone()
    {
        var (set, replicas) = Set("3/0", 200);

        Assert.IsType<RoundRobin>(Balancers.Create(new LoadBalancing(LoadBalancingKind.RoundRobin), replicas, set, _ => 0, TimeProvider.System));
    }

    private static (EndpointSet Set, ImmutableArray<UpstreamReplica> Replicas) Set(string levels, int overprovisioning)
    {
        var ready = new List<Endpoint>();
        var unready = new List<Endpoint>();
        foreach (var (level, priority) in levels.Split(' ').Select((text, i) => (text.Split('/').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray(), i)))
        {
            ready.AddRange(Enumerable.Range(0, level[0]).Select(i => new Endpoint("127.0.0.1", ready.Count + i + 1, string.Create(CultureInfo.InvariantCulture, $"p{priority}-{i}"), Priority: priority)).ToList());
            unready.AddRange(Enumerable.Range(0, level[1]).Select(i => new Endpoint("127.0.0.1", i + 1000, string.Create(CultureInfo.InvariantCulture, $"u{priority}-{i}"), Priority: priority)).ToList());
        }

        return (
            new EndpointSet("shop/orders/http", [.. ready]) { Unready = [.. unready], Overprovisioning = overprovisioning },
            [.. ready.Select(e => new UpstreamReplica(e.Replica, new IPEndPoint(IPAddress.Loopback, e.Port), e.Weight))]);
    }
}
