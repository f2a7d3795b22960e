namespace Mesh.Proxy.Policies.Fault;

/// <summary>So many bytes a second, in ten pieces.</summary>
internal sealed class Throttle(TimeProvider time)
{
    private const int PiecesPerSecond = 10;

    private long _free = long.MinValue;

    /// <summary>Waits until the next piece may go.</summary>
    /// <param name="bytes">How many bytes there are.</param>
    /// <param name="perSecond">The limit.</param>
    /// <param name="cancellationToken">Ends the waiting; the piece may go.</param>
    /// <returns>Its length.</returns>
    public async ValueTask<int> NextAsync(int bytes, int perSecond, CancellationToken cancellationToken)
    {
        var piece = Math.Min(bytes, Math.Max(1, perSecond / PiecesPerSecond));
        var now = time.GetTimestamp();
        var wait = _free > now ? time.GetElapsedTime(now, _free) : TimeSpan.Zero;
        _free = Math.Max(_free, now) + (long)((double)piece / perSecond * time.TimestampFrequency);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return piece;
    }
}
