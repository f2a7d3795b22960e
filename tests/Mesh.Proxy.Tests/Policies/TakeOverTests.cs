using System.Runtime.CompilerServices;
using Mesh.Model;
using Mesh.Model.Snapshots;
using Mesh.Model.Topology;
using Mesh.Proxy.Policies.CircuitBreaker;
using Mesh.Proxy.Policies.RateLimit;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

/// <summary>What limits count goes on from configuration to configuration; the configurations before do not.</summary>
public sealed class TakeOverTests
{
    private static readonly ConcurrencyLimit Two = new() { Requests = 2, Origin = Origin.Default };

    private static readonly Rate Often = new(5, TimeSpan.FromSeconds(1));

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void CallerGates_OverManyConfigurations_KeepTheGateAndNotTheConfigurations()
    {
        var (last, gate, first) = ManyGates();

        Collect();

        Assert.False(first.IsAlive);
        Assert.Same(gate, last.Of("http", AppProtocol.Http, [Two])[0]);
    }

    [Fact]
    public void TokenBuckets_OverManyConfigurations_KeepTheBucketAndNotTheConfigurations()
    {
        var (last, bucket, first) = ManyBuckets();

        Collect();

        Assert.False(first.IsAlive);
        Assert.Same(bucket, last.Get("http", null, "all", Often));
    }

    // Methods of their own: what they hold in their frames is gone when they return.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (CallerGates Last, CallerGate Gate, WeakReference First) ManyGates()
    {
        var first = new CallerGates(null);
        var gate = first.Of("http", AppProtocol.Http, [Two])[0];
        var last = first;
        for (var i = 0; i < 3; i++)
        {
            last = new CallerGates(last);
            Assert.Same(gate, last.Of("http", AppProtocol.Http, [Two])[0]);
        }

        return (last, gate, new WeakReference(first));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private (TokenBuckets Last, TokenBucket Bucket, WeakReference First) ManyBuckets()
    {
        var first = new TokenBuckets(null, _time);
        var bucket = first.Get("http", null, "all", Often);
        var last = first;
        for (var i = 0; i < 3; i++)
        {
            last = new TokenBuckets(last, _time);
            Assert.Same(bucket, last.Get("http", null, "all", Often));
        }

        return (last, bucket, new WeakReference(first));
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
