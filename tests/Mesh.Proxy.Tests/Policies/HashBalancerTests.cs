using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.LoadBalancing;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>Keys stay where they are when replicas come and go, and are where every other sidecar has them.</summary>
public sealed class HashBalancerTests
{
    private const int Keys = 20_000;

    private static readonly LoadBalancing Ring = new(LoadBalancingKind.RingHash) { Ring = new() };
    private static readonly LoadBalancing Table = new(LoadBalancingKind.Maglev) { TableSize = MaglevTable.DefaultSize };

    public static TheoryData<int> Counts => [2, 3, 4, 7, 10, 25];

    [Theory]
    [MemberData(nameof(Counts))]
    public void Ring_OneMoreReplica_TakesItsShareAndMovesNoOtherKey(int before)
    {
        var (few, more) = (Owners(Ring, Names(before)), Owners(Ring, Names(before + 1)));

        var moved = few.Zip(more).Where(owners => owners.First != owners.Second).ToList();

        Assert.All(moved, owners => Assert.Equal($"r{before}", owners.Second));
        Assert.InRange(moved.Count, Keys / (before + 1) * 0.8, Keys / (before + 1) * 1.2);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void Maglev_OneMoreReplica_MovesLittleMoreThanItsShare(int before)
    {
        var (few, more) = (Owners(Table, Names(before)), Owners(Table, Names(before + 1)));

        var moved = few.Zip(more).Where(owners => owners.First != owners.Second).ToList();

        Assert.InRange(moved.Count(owners => owners.Second == $"r{before}"), Keys / (before + 1) * 0.9, Keys / (before + 1) * 1.1);
        Assert.True(moved.Count(owners => owners.Second != $"r{before}") < Keys * 0.05, $"{moved.Count} moved");
    }

    [Fact]
    public void Ring_ReplicaThatGoes_LeavesItsKeysToTheOthersInEqualParts()
    {
        var (all, rest) = (Owners(Ring, Names(5)), Owners(Ring, [.. Names(5).Where(name => name != "r2")]));

        Assert.All(all.Zip(rest).Where(owners => owners.First != "r2"), owners => Assert.Equal(owners.First, owners.Second));
        var heirs = all.Zip(rest).Where(owners => owners.First == "r2").CountBy(owners => owners.Second).ToDictionary();
        Assert.Equal(4, heirs.Count);
        Assert.All(heirs.Values, keys => Assert.InRange(keys, Keys / 20 * 0.7, Keys / 20 * 1.3));
    }

    [Theory]
    [InlineData(LoadBalancingKind.RingHash)]
    [InlineData(LoadBalancingKind.Maglev)]
    public void Pick_ByWeight_ComesCloseToIt(LoadBalancingKind kind)
    {
        var balancing = kind == LoadBalancingKind.RingHash ? Ring : Table;

        var keys = Owners(balancing, ["light", "heavy"], 10, 30).CountBy(owner => owner).ToDictionary();

        Assert.InRange(keys["heavy"], Keys * 0.7, Keys * 0.8);
    }

    // Known owners: other processes, other machines and other versions have to come to the same ones.
    [Theory]
    [InlineData(LoadBalancingKind.RingHash, "r0 r3 r3 r2 r4 r4 r4 r3")]
    [InlineData(LoadBalancingKind.Maglev, "r3 r4 r1 r1 r4 r4 r0 r0")]
    public void Pick_SameKey_IsTheSameEverywhere(LoadBalancingKind kind, string owners)
    {
        var balancing = kind == LoadBalancingKind.RingHash ? Ring : Table;
        Assert.Equal(owners, string.Join(' ', Owners(balancing, Names(5)).Take(8)));
    }

    [Theory]
    [InlineData(LoadBalancingKind.RingHash)]
    [InlineData(LoadBalancingKind.Maglev)]
    public void Pick_ReplicaMovedToAnotherAddress_KeepsItsKeys(LoadBalancingKind kind)
    {
        var balancing = kind == LoadBalancingKind.RingHash ? Ring : Table;

        Assert.Equal(Owners(balancing, Names(3)), Owners(balancing, Names(3), firstPort: 5000));
    }

    [Fact]
    public void Ring_OwnerAvoided_GoesWhereTheKeyBelongsWithoutIt()
    {
        var replicas = Replicas(Names(4));
        var (ring, without) = (Create(Ring, replicas), Create(Ring, [.. replicas.Skip(1)]));

        foreach (var key in Enumerable.Range(0, 500).Select(Key))
        {
            var owner = ring.Pick([replicas[0]], key);
            Assert.Equal(without.Pick([], key), owner);
        }
    }

    [Theory]
    [InlineData(LoadBalancingKind.RingHash)]
    [InlineData(LoadBalancingKind.Maglev)]
    public void Pick_AllAvoided_IsTheOwnerAfterAll(LoadBalancingKind kind)
    {
        var replicas = Replicas(Names(3));
        var balancer = Create(kind == LoadBalancingKind.RingHash ? Ring : Table, replicas);

        Assert.Equal(balancer.Pick([], Key(1)), balancer.Pick(replicas, Key(1)));
        Assert.Equal(replicas[2], balancer.Pick([replicas[0], replicas[1]], Key(1)));
    }

    [Theory]
    [InlineData(LoadBalancingKind.RingHash)]
    [InlineData(LoadBalancingKind.Maglev)]
    public void Pick_NothingToHash_GoesAnywhere(LoadBalancingKind kind)
    {
        var balancer = Create(kind == LoadBalancingKind.RingHash ? Ring : Table, Replicas(Names(3)));

        Assert.Equal(3, Enumerable.Range(0, 200).Select(_ => balancer.Pick([], null)).Distinct().Count());
    }

    [Theory]
    [InlineData(LoadBalancingKind.RingHash)]
    [InlineData(LoadBalancingKind.Maglev)]
    public void Pick_ByHash_AllocatesNothing(LoadBalancingKind kind)
    {
        var balancer = Create(kind == LoadBalancingKind.RingHash ? Ring : Table, Replicas(Names(5)));
        var keys = Enumerable.Range(0, 100).Select(Key).ToArray();
        PickAll();
        var before = GC.GetAllocatedBytesForCurrentThread();

        PickAll();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void PickAll()
        {
            foreach (var key in keys)
            {
                balancer.Pick([], key);
            }
        }
    }

    [Theory]
    [InlineData(3, 1024, 8388608, 3 * 1024)]
    [InlineData(3, 1, 8388608, 3)]
    [InlineData(10, 1024, 2000, 2000)]
    [InlineData(10, 1024, 5, 10)] // every replica has one, however small the ring
    public void Ring_IsBounded(int replicas, int min, int max, int points) =>
        Assert.Equal(points, new RingHash(Replicas(Names(replicas)), new RingSize(min, max), _ => 0).Size);

    private static List<string> Owners(LoadBalancing balancing, string[] names, int firstWeight = 1, int secondWeight = 1, int firstPort = 1)
    {
        var balancer = Create(balancing, Replicas(names, firstWeight, secondWeight, firstPort));
        return [.. Enumerable.Range(0, Keys).Select(i => balancer.Pick([], Key(i))!.Name)];
    }

    private static ulong Key(int i) => KeyHash.Of(string.Create(CultureInfo.InvariantCulture, $"customer-{i}"));

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"r{i}"))];

    private static ImmutableArray<UpstreamReplica> Replicas(string[] names, int firstWeight = 1, int secondWeight = 1, int firstPort = 1) =>
        [.. names.Select((name, i) => new UpstreamReplica(name, new IPEndPoint(IPAddress.Loopback, firstPort + i), i == 0 ? firstWeight : secondWeight))];

    private static IBalancer Create(LoadBalancing balancing, ImmutableArray<UpstreamReplica> replicas) => Balancers.Create(balancing, replicas, new Random(7).Next, TimeProvider.System);
}
