using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.RateLimit;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    // num, interval in ms, burst (0: num), how many at once, how many more after half an interval, and after a long rest
    [InlineData(10, 1000, 0, 10, 5, 10)]
    [InlineData(10, 1000, 1, 1, 1, 1)]
    [InlineData(10, 1000, 25, 25, 5, 25)]
    [InlineData(1, 60000, 0, 1, 0, 1)]
    [InlineData(3, 1000, 0, 3, 1, 3)]
    [InlineData(100000, 50, 0, 100000, 50000, 100000)]
    public void TryTake_ARate_LetsSoManyPass(int num, int interval, int burst, int atOnce, int afterHalf, int afterRest)
    {
        var bucket = new TokenBucket(new Rate(num, TimeSpan.FromMilliseconds(interval), burst), _time);

        Assert.InRange(Drain(bucket), atOnce - (atOnce / 10_000), atOnce);
        _time.Advance(TimeSpan.FromMilliseconds(interval / 2.0));
        Assert.InRange(Drain(bucket), afterHalf - 1, afterHalf + 1);
        Assert.Equal(0, Drain(bucket));
        _time.Advance(TimeSpan.FromHours(3));
        // The clock's last digit: of a hundred thousand at once ten may be missing.
        Assert.InRange(Drain(bucket), afterRest - (afterRest / 10_000), afterRest);
    }

    [Fact]
    public void TryTake_OverAnHour_NeitherGainsNorLoses()
    {
        var bucket = new TokenBucket(new Rate(7, TimeSpan.FromSeconds(1)), _time);
        var passed = 0;
        for (var i = 0; i < 360_000; i++)
        {
            passed += bucket.TryTake(out _) ? 1 : 0;
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(passed, (7 * 3600) + 5, (7 * 3600) + 7);
    }

    [Fact]
    public void TryTake_Refused_SaysWhenToComeBack()
    {
        var bucket = new TokenBucket(new Rate(2, TimeSpan.FromSeconds(10)), _time);
        Assert.True(bucket.TryTake(out var full));
        Assert.Equal((5, 1), (full, bucket.Left(full)));
        Assert.True(bucket.TryTake(out full));
        Assert.Equal((10, 0), (full, bucket.Left(full)));

        Assert.False(bucket.TryTake(out var wait));

        Assert.Equal(5, wait, 6);
        _time.Advance(TimeSpan.FromSeconds(wait));
        Assert.True(bucket.TryTake(out _));
    }

    [Fact]
    public async Task TryTake_ManyThreads_GivesNoTokenTwice()
    {
        var bucket = new TokenBucket(new Rate(10_000, TimeSpan.FromHours(1)), _time);

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 5_000).Count(_ => bucket.TryTake(out double _)))));

        Assert.Equal(10_000, taken.Sum());
    }

    [Fact]
    public void TryTake_AllocatesNothing()
    {
        var bucket = new TokenBucket(new Rate(1_000_000, TimeSpan.FromSeconds(1)), _time);
        bucket.TryTake(out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            bucket.TryTake(out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Drain(TokenBucket bucket)
    {
        var taken = 0;
        while (bucket.TryTake(out _))
        {
            taken++;
        }

        return taken;
    }
}
