namespace Mesh.Proxy.Identity;

/// <summary>
/// Notices that time was lost: the laptop slept (the wall clock runs on, the monotonic one may not), the process was stopped (both run on), or somebody set the
/// clock. Timers alone would be late by as much as was slept, and connections may have died unnoticed.
/// </summary>
internal sealed partial class ClockWatch : IDisposable
{
    /// <summary>How often it looks. Default: 0.5 s, so that a laptop that wakes has its connections back within a second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>What is taken for a slow machine and not for lost time. Default: 5 s.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private long _lastTimestamp;
    private DateTimeOffset _lastWall;

    public ClockWatch(TimeProvider time, ILogger<ClockWatch> logger)
    {
        _time = time;
        _logger = logger;
        _lastTimestamp = time.GetTimestamp();
        _lastWall = time.GetUtcNow();
        _timer = time.CreateTimer(static watch => ((ClockWatch)watch!).Look(), this, Interval, Interval);
    }

    /// <summary>Raised once each time that time was lost or the clock was set, on a pool thread.</summary>
    public event Action? TimeLost;

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var wall = _time.GetUtcNow();
        var timestamp = _time.GetTimestamp();
        var wallElapsed = wall - _lastWall;
        var monotonicElapsed = _time.GetElapsedTime(_lastTimestamp, timestamp);
        _lastWall = wall;
        _lastTimestamp = timestamp;

        if (monotonicElapsed > Interval + Tolerance)
        {
            Log.Stopped(_logger, monotonicElapsed.TotalSeconds);
        }
        else if ((wallElapsed - monotonicElapsed).Duration() > Tolerance)
        {
            Log.ClockMoved(_logger, (wallElapsed - monotonicElapsed).TotalSeconds);
        }
        else
        {
            return;
        }

        TimeLost?.Invoke();
    }

    private static partial class Log
    {
        [LoggerMessage(3610, LogLevel.Warning, "This process did not run for about {Seconds:F0} s; certificate and connections are looked at anew.", EventName = nameof(Stopped))]
        public static partial void Stopped(ILogger logger, double seconds);

        [LoggerMessage(3611, LogLevel.Warning, "The wall clock moved by about {Seconds:F0} s (sleep, or the clock was set); certificate and connections are looked at anew.", EventName = nameof(ClockMoved))]
        public static partial void ClockMoved(ILogger logger, double seconds);
    }
}
