namespace Mesh.Proxy.Policies.RateLimit;

/// <summary>Says how many were refused, now and then: what is refused in masses must not fill a log.</summary>
internal sealed class RefusalCount
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private long _count;
    private long _saidAt;

    /// <summary>Counts one.</summary>
    /// <returns>How many it were since this was said last, where it is to be said now; else 0.</returns>
    public long Add(TimeProvider time)
    {
        Interlocked.Increment(ref _count);
        var now = time.GetTimestamp();
        var said = Volatile.Read(ref _saidAt);
        return (said == 0 || time.GetElapsedTime(said, now) >= Pause) && Interlocked.CompareExchange(ref _saidAt, now, said) == said ? Interlocked.Exchange(ref _count, 0) : 0;
    }
}
