namespace Mesh.Proxy.Upstreams;

/// <summary>Tells once that nothing has moved for so long. It looks four times in that span, so it comes up to a quarter late.</summary>
internal sealed class IdleWatch : IDisposable
{
    private const int Looks = 4;

    private readonly Func<long> _moved;
    private readonly Action _reached;
    private readonly ITimer _timer;
    private long _last = -1;
    private int _quiet;

    /// <param name="limit">How long.</param>
    /// <param name="moved">Bytes that have moved.</param>
    /// <param name="reached">Who is told.</param>
    /// <param name="time">The clock.</param>
    public IdleWatch(TimeSpan limit, Func<long> moved, Action reached, TimeProvider time)
    {
        _moved = moved;
        _reached = reached;
        _timer = time.CreateTimer(static state => ((IdleWatch)state!).Look(), this, limit / Looks, limit / Looks);
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var moved = _moved();
        _quiet = moved == _last ? _quiet + 1 : 0;
        _last = moved;
        if (_quiet == Looks)
        {
            _reached();
        }
    }
}
