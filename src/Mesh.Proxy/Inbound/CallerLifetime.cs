using Mesh.Proxy.Downstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>
/// Ends with a caller's certificate what it gave over one connection, for a handshake looks at it only once. In good time the connection is asked to come to its end, so that whoever has a
/// new certificate by then shows it over the next one and notices nothing; what is asked over this one after the end is refused. What runs then goes on.
/// </summary>
internal sealed class CallerLifetime : IDisposable
{
    // After a sleep, or when the clock was set, the timer would be late by as much.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly DownstreamConnection _connection;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _renewal;
    private readonly DateTimeOffset _end;
    private readonly ITimer _timer;

    /// <param name="connection">The connection; whose owner disposes of this with it.</param>
    /// <param name="end">When the certificate ends. A tenth of what is left of it is for the change to the next one.</param>
    /// <param name="time">The clock.</param>
    public CallerLifetime(DownstreamConnection connection, DateTimeOffset end, TimeProvider time)
    {
        var now = time.GetUtcNow();
        (_connection, _time, _end, _renewal) = (connection, time, end, end - ((end - now) / 10));
        _timer = time.CreateTimer(static lifetime => ((CallerLifetime)lifetime!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Wait(now);
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = _time.GetUtcNow();
        if (now >= _end)
        {
            _connection.Expire();
            return;
        }

        if (now >= _renewal)
        {
            _connection.Retire();
        }

        Wait(now);
    }

    private void Wait(DateTimeOffset now)
    {
        var next = (now < _renewal ? _renewal : _end) - now;
        _timer.Change(next < LongestPause ? next : LongestPause, Timeout.InfiniteTimeSpan);
    }
}
