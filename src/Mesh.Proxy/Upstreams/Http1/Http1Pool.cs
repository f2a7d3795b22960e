namespace Mesh.Proxy.Upstreams.Http1;

/// <summary>Kept connections to one address; the one used last goes first, so that the others may grow old.</summary>
internal sealed class Http1Pool(IConnector connector, TimeSpan idle, TimeSpan? age, TimeProvider time, ConnectionSlots? slots = null) : IDisposable
{
    // Often enough that a peer's end is noticed soon, seldom enough to cost nothing.
    private static readonly TimeSpan ShortestSweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<Http1Connection> _idle = [];
    private ITimer? _sweep;
    private bool _isDisposed;
    private int _mostKept = int.MaxValue;

    /// <summary>Sets how many connections are kept without a request; those above it are closed, those given back later too. Default: any number.</summary>
    public void KeepAtMost(int count)
    {
        if (Volatile.Read(ref _mostKept) == count)
        {
            return;
        }

        List<Http1Connection> surplus = [];
        lock (_lock)
        {
            Volatile.Write(ref _mostKept, count);
            if (_idle.Count > count)
            {
                // Those unused the longest are in front.
                surplus = _idle[..^count];
                _idle.RemoveRange(0, surplus.Count);
            }
        }

        foreach (var connection in surplus)
        {
            connection.Dispose();
        }
    }

    /// <summary>A kept connection that can be used, or <see langword="null"/>.</summary>
    public Http1Connection? TryTake()
    {
        while (true)
        {
            Http1Connection connection;
            lock (_lock)
            {
                if (_idle.Count == 0)
                {
                    return null;
                }

                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }

            if (connection.IsQuiet() && !IsOld(connection))
            {
                return connection;
            }

            connection.Dispose();
        }
    }

    /// <summary>A new connection; where their number is bounded also one that comes back in the meantime.</summary>
    /// <exception cref="Errors.UpstreamException">There is none to be had.</exception>
    public async ValueTask<Http1Connection> ConnectAsync(CancellationToken cancellationToken) => slots is not null
        ? await slots.GetAsync(this, cancelled => connector.ConnectAsync(ConnectionUse.Http1, cancelled), cancellationToken)
        : new(await connector.ConnectAsync(ConnectionUse.Http1, cancellationToken));

    /// <summary>Gives back a connection whose last exchange is complete.</summary>
    public void Return(Http1Connection connection)
    {
        connection.IsReused = true;
        connection.IdleSince = time.GetTimestamp();
        if (connection.Since == 0)
        {
            connection.Since = connection.IdleSince;
        }

        if (!TryKeep(connection))
        {
            connection.Dispose();
        }
        else if (slots is { HasWaiting: true } && TryTake() is { } kept && !slots.TryHandOver(kept) && !TryKeep(kept))
        {
            kept.Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Http1Connection[] left;
        lock (_lock)
        {
            _isDisposed = true;
            left = [.. _idle];
            _idle.Clear();
            _sweep?.Dispose();
        }

        foreach (var connection in left)
        {
            connection.Dispose();
        }
    }

    private bool TryKeep(Http1Connection connection)
    {
        lock (_lock)
        {
            if (_isDisposed || _idle.Count >= _mostKept || IsOld(connection))
            {
                return false;
            }

            _idle.Add(connection);
            _sweep ??= time.CreateTimer(static pool => ((Http1Pool)pool!).Sweep(), this, SweepEvery, SweepEvery);
            return true;
        }
    }

    private bool IsOld(Http1Connection connection) => age is { } limit && time.GetElapsedTime(connection.Since) >= limit;

    private TimeSpan SweepEvery => TimeSpan.FromTicks(Math.Clamp(idle.Ticks / 4, ShortestSweep.Ticks, LongestSweep.Ticks));

    private void Sweep()
    {
        List<Http1Connection> gone = [];
        lock (_lock)
        {
            for (var index = _idle.Count - 1; index >= 0; index--)
            {
                if (time.GetElapsedTime(_idle[index].IdleSince) >= idle || !_idle[index].IsQuiet())
                {
                    gone.Add(_idle[index]);
                    _idle.RemoveAt(index);
                }
            }
        }

        foreach (var connection in gone)
        {
            connection.Dispose();
        }
    }
}
