namespace Mesh.Proxy.Relay;

/// <summary>A token bucket that all streams of a relay share. Who is too fast waits; HTTP/2 flow control hands the wait on to the client.</summary>
internal sealed class RelayPace(RelayLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _left = limits.Burst;
    private long _at = time.GetTimestamp();

    /// <summary>Takes one request's worth, at once or after a pause.</summary>
    public ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        double debt;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(limits.Burst, _left + (time.GetElapsedTime(_at, now).TotalSeconds * limits.Rate)) - 1;
            _at = now;
            debt = -_left;
        }

        return debt <= 0 ? ValueTask.CompletedTask : new ValueTask(Task.Delay(TimeSpan.FromSeconds(debt / limits.Rate), time, cancellationToken));
    }
}
