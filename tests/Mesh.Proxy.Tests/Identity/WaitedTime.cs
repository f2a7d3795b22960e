namespace Mesh.Proxy.Tests.Identity;

/// <summary>A clock that knows whether somebody waits on it.</summary>
internal sealed class WaitedTime(TimeProvider clock) : TimeProvider
{
    private int _waits;

    public bool IsWaitedFor => Volatile.Read(ref _waits) > 0;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = new Wait(this);
        wait.Begin(clock.CreateTimer(
            told =>
            {
                wait.End();
                callback(told);
            },
            state,
            dueTime,
            period));
        return wait;
    }

    private sealed class Wait(WaitedTime time) : ITimer
    {
        private const int Begun = 1;
        private const int Ended = 2;

        private ITimer? _timer;
        private int _state;

        public void Begin(ITimer timer)
        {
            _timer = timer;
            if (Interlocked.CompareExchange(ref _state, Begun, 0) == 0)
            {
                Interlocked.Increment(ref time._waits);
            }
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _state, Ended) == Begun)
            {
                Interlocked.Decrement(ref time._waits);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            End();
            _timer!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
