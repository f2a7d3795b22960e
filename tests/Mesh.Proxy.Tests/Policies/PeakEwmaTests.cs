using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

public sealed class PeakEwmaTests
{
    private static readonly double Decay = LoadBalancing.DefaultDecay.TotalSeconds * new FakeTimeProvider().TimestampFrequency;

    private readonly FakeTimeProvider _time = new();

    // "Beyond Round Robin: Load Balancing for Latency" (linkerd.io, 2016): 11 backends, one of them slow for half of the time, 1,000 requests a second, given up after a second.
    // There 95 % of the requests are answered with round robin and 99.9 % with peak EWMA.
    [Theory]
    [InlineData(LoadBalancingKind.RoundRobin, 94, 96)]
    [InlineData(LoadBalancingKind.PeakEwma, 99.9, 100)]
    public void Pick_OneOfElevenTurnsSlow_ShareThatIsAnswered(LoadBalancingKind kind, double least, double most) => Assert.InRange(Simulate(kind), least, most);

    [Fact]
    public void Pick_SlowerOne_IsLeftAloneUntilItsPastHasFaded()
    {
        var replicas = Replicas(2);
        var balancer = Create(LoadBalancingKind.PeakEwma, replicas);
        Answer(replicas[0], TimeSpan.FromMilliseconds(10));
        Answer(replicas[1], TimeSpan.FromSeconds(1));

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(replicas[0], balancer.Pick([], null)));

        // A hundred times as slow is forgotten after ln(100) times the decay; the other goes on answering.
        for (var second = 0; second < 50; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Answer(replicas[0], TimeSpan.FromMilliseconds(10));
        }

        Assert.Contains(replicas[1], Enumerable.Range(0, 50).Select(_ => balancer.Pick([], null)));
    }

    [Fact]
    public void Pick_UnknownOne_IsTriedOnceAndNotAgainBeforeItAnswered()
    {
        var replicas = Replicas(2);
        var balancer = Create(LoadBalancingKind.PeakEwma, replicas);
        Answer(replicas[0], TimeSpan.FromMilliseconds(10));

        Assert.Equal(replicas[1], balancer.Pick([], null));
        replicas[1].Enter();
        Assert.Equal(replicas[0], balancer.Pick([], null));
    }

    [Fact]
    public void Pick_NothingIsKnown_TakesTheLessBusyOne()
    {
        var replicas = Replicas(2);
        replicas[0].Enter();
        replicas[0].Enter();
        replicas[1].Enter();

        Assert.Equal(replicas[1], Create(LoadBalancingKind.PeakEwma, replicas).Pick([], null));
    }

    [Fact]
    public void Pick_WithTriedReplicas_TakesAnotherWhileThereIsOne()
    {
        var replicas = Replicas(3);
        var balancer = Create(LoadBalancingKind.PeakEwma, replicas);

        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(replicas[2], balancer.Pick([replicas[0], replicas[1]], null)));
        Assert.NotNull(balancer.Pick(replicas, null));
    }

    [Fact]
    public void Observe_QuickFailure_DoesNotMakeItQuick()
    {
        var average = new PeakAverage();
        average.Observe(100, 1000, Decay, isAnswer: true);
        average.Observe(1, 1000, Decay, isAnswer: false);
        Assert.Equal(100, average.Get(1000, Decay));

        average.Observe(500, 1000, Decay, isAnswer: false);
        Assert.Equal(500, average.Get(1000, Decay));
    }

    private double Simulate(LoadBalancingKind kind)
    {
        const int Seconds = 60;
        var (limit, usual, slow) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2));
        var replicas = Replicas(11);
        var balancer = Create(kind, replicas);
        var underWay = new PriorityQueue<(UpstreamReplica Replica, long Started, bool IsAnswer), long>();
        var answered = 0;
        var start = _time.GetTimestamp();
        for (var millisecond = 0; millisecond < Seconds * 1000; millisecond++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            var now = _time.GetTimestamp();
            while (underWay.TryPeek(out var done, out var at) && at <= now)
            {
                underWay.Dequeue();
                done.Replica.Leave();
                done.Replica.Latency.Observe(now - done.Started, now, Decay, done.IsAnswer);
                answered += done.IsAnswer ? 1 : 0;
            }

            var picked = balancer.Pick([], null)!;
            picked.Enter();
            var isSlow = ReferenceEquals(picked, replicas[4]) && _time.GetElapsedTime(start).TotalSeconds is >= 15 and < 45;
            var took = isSlow ? slow : usual;
            var ends = took < limit ? took : limit;
            underWay.Enqueue((picked, now, took < limit), now + (long)(ends.TotalSeconds * _time.TimestampFrequency));
        }

        var pending = underWay.UnorderedItems.Count(item => item.Element.IsAnswer);
        return 100.0 * (answered + pending) / (Seconds * 1000);
    }

    private void Answer(UpstreamReplica replica, TimeSpan took) =>
        replica.Latency.Observe((long)(took.TotalSeconds * _time.TimestampFrequency), _time.GetTimestamp(), Decay, isAnswer: true);

    private IBalancer Create(LoadBalancingKind kind, ImmutableArray<UpstreamReplica> replicas) => Balancers.Create(new LoadBalancing(kind), replicas, new Random(5).Next, _time);

    private static ImmutableArray<UpstreamReplica> Replicas(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new UpstreamReplica(string.Create(CultureInfo.InvariantCulture, $"r{i}"), new IPEndPoint(IPAddress.Loopback, i + 1), 1))];
}
