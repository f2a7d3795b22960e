using Mesh.Model.Snapshots;
using Mesh.Proxy.Policies.Retry;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Policies;

public sealed class RetryBudgetMeterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TrySpend_FewRequests_AllowsTheMinimumEachSecond()
    {
        var meter = new RetryBudgetMeter(new RetryBudget { MinPerSecond = 3 }, _time);

        Assert.Equal(3, Spend(meter, 10));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, Spend(meter, 10));
    }

    [Fact]
    public void TrySpend_ManyRequests_AllowsThePercentOfTheInterval()
    {
        var meter = new RetryBudgetMeter(new RetryBudget { MinPerSecond = 0, Percent = 20 }, _time);
        Count(meter, 500);
        _time.Advance(TimeSpan.FromSeconds(5));
        Count(meter, 500);

        Assert.Equal(200, Spend(meter, 1000));
    }

    [Fact]
    public void TrySpend_AfterTheInterval_HasForgotten()
    {
        var meter = new RetryBudgetMeter(new RetryBudget { MinPerSecond = 0, Percent = 20 }, _time);
        Count(meter, 1000);
        _time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(0, Spend(meter, 10));
        Count(meter, 10);
        Assert.Equal(2, Spend(meter, 10));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(1000)]
    [InlineData(5000)]
    public void TrySpend_TotalFailureAtThatRate_NeverMoreThanAFifthOnTop(int perSecond)
    {
        var meter = new RetryBudgetMeter(new RetryBudget(), _time);
        var (requests, retries) = (0, 0);
        for (var second = 0; second < 45; second++)
        {
            for (var i = 0; i < perSecond; i++)
            {
                Count(meter, 1);
                requests++;
                retries += Spend(meter, 2); // each request fails, and so does each retry
                _time.Advance(TimeSpan.FromSeconds(1) / perSecond);
            }

            Assert.True(retries * 5 <= requests, $"{retries} retries of {requests} requests in {second + 1} s");
        }

        Assert.InRange(retries * 100.0 / requests, 19, 20); // and what is allowed is used
    }

    [Fact]
    public void TrySpend_FewRequestsForLong_AllowsTheMinimumInEverySecond()
    {
        var meter = new RetryBudgetMeter(new RetryBudget(), _time);
        for (var second = 0; second < 30; second++)
        {
            Count(meter, 5);
            Assert.Equal(10, Spend(meter, 50));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Pause_GrowsAndStaysBelowItsLimits()
    {
        var settings = new RetrySettings();

        Assert.Equal(TimeSpan.FromMicroseconds(24_999), BackOff.Pause(settings, 1, below => below - 1));
        Assert.Equal(TimeSpan.FromMicroseconds(49_999), BackOff.Pause(settings, 2, below => below - 1));
        Assert.Equal(TimeSpan.FromMicroseconds(249_999), BackOff.Pause(settings, 9, below => below - 1));
        Assert.Equal(TimeSpan.Zero, BackOff.Pause(settings with { BackOffBase = TimeSpan.Zero }, 3, below => below - 1));
    }

    private void Count(RetryBudgetMeter meter, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            meter.Count(_time.GetTimestamp());
        }
    }

    private static int Spend(RetryBudgetMeter meter, int tries) => Enumerable.Range(0, tries).Count(_ => meter.TrySpend());
}
