using Mesh.Proxy.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Identity;

public sealed class ClockWatchTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly WallClock _wall;
    private readonly ClockWatch _watch;
    private int _lost;

    public ClockWatchTests()
    {
        _wall = new WallClock(_time);
        _watch = new ClockWatch(_wall, NullLogger<ClockWatch>.Instance);
        _watch.TimeLost += () => _lost++;
    }

    [Fact]
    public void TimeGoesOn_NothingIsLost()
    {
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, _lost);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(8)]
    public void WallClockSet_WhileTimersGoOn_IsNoticedOnce(int seconds)
    {
        _time.Advance(ClockWatch.Interval);

        _wall.Offset = TimeSpan.FromSeconds(seconds);
        _time.Advance(ClockWatch.Interval);
        _time.Advance(ClockWatch.Interval);

        Assert.Equal(1, _lost);
    }

    [Fact]
    public void ProcessStoppedForTenMinutes_IsNoticedWhenItGoesOn()
    {
        _time.Advance(ClockWatch.Interval);

        _time.Advance(TimeSpan.FromMinutes(10)); // one leap: no timer fired in between

        Assert.Equal(1, _lost);
    }

    [Fact]
    public void MachineAsleepForTenMinutes_IsNoticedWithinASecondOfWaking()
    {
        _time.Advance(ClockWatch.Interval);

        _wall.Offset = TimeSpan.FromMinutes(10); // timers and the monotonic clock stood still
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, _lost);
    }

    [Fact]
    public void WallClockCorrectedALittle_IsNoLoss()
    {
        _wall.Offset = TimeSpan.FromSeconds(2);
        _time.Advance(ClockWatch.Interval);

        Assert.Equal(0, _lost);
    }

    public void Dispose() => _watch.Dispose();

    // Timers and timestamps are the machine's, only what the wall clock shows is set.
    private sealed class WallClock(FakeTimeProvider machine) : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => machine.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Offset;

        public override long GetTimestamp() => machine.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
    }
}
