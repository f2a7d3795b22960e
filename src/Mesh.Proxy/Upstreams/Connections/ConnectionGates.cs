namespace Mesh.Proxy.Upstreams;

/// <summary>What bounds the connections to all replicas of a cluster, and the requests that wait for one. Reached only where a connection is opened or closed.</summary>
/// <param name="connections">Connections at a time; <see langword="null"/>: any number.</param>
/// <param name="pending">Requests that wait for one; <see langword="null"/>: any number.</param>
internal sealed class ConnectionGates(int? connections, int? pending)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionWaiter> _waiting = [];
    private int _open;
    private long _refused;

    /// <summary>Connections at a time; <see langword="null"/>: any number.</summary>
    public int? Limit => connections;

    /// <summary>The requests that wait for a connection.</summary>
    public Gate Pending { get; } = new(pending);

    /// <summary>How many more may be opened; without a limit of no meaning.</summary>
    public int Remaining => Math.Max(0, (connections ?? int.MaxValue) - Volatile.Read(ref _open));

    /// <summary>How often one could not be opened.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Counts a connection in, or says no.</summary>
    /// <param name="always">Whether it is opened in any case.</param>
    /// <param name="waiter">With no: who waits for its turn; <see langword="null"/>: nobody.</param>
    public bool TryOpen(bool always, ConnectionWaiter? waiter = null)
    {
        lock (_lock)
        {
            if (always || connections is not { } limit || _open < limit)
            {
                _open++;
                return true;
            }

            _refused++;
            if (waiter is not null)
            {
                _waiting.AddLast(waiter);
            }

            return false;
        }
    }

    /// <summary>One was closed, or did not come about: who waits longest may open one instead.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _open--;
            while (_open < connections && _waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                if (first.Value.TrySetResult(null))
                {
                    _open++;
                }
            }
        }
    }

    /// <summary>Somebody waits no more.</summary>
    public void Forget(ConnectionWaiter waiter)
    {
        lock (_lock)
        {
            _waiting.Remove(waiter);
        }
    }
}
