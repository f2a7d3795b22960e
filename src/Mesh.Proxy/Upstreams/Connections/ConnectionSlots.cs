using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams.Http1;

namespace Mesh.Proxy.Upstreams;

/// <summary>
/// The part of one pool in what a cluster may have open: waits for the right to open a connection, or for one that comes back. Two keep connections of HTTP/1.1 here, this proxy's pool and the
/// platform's client, and neither can use the other's: one that comes back to the pool while the client waits is closed for it, and what the client keeps closes by itself soon.
/// </summary>
internal sealed class ConnectionSlots(ConnectionGates gates)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionWaiter> _waiting = [];
    private int _open;

    /// <summary>Whether the number of connections is bounded.</summary>
    public bool IsBounded => gates.Limit is not null;

    /// <summary>Whether somebody waits for a connection to come back.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Gets a request a connection: one that came back, or a new one.</summary>
    /// <param name="pool">Where they come back to.</param>
    /// <param name="open">Opens one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpstreamException">Too many wait already.</exception>
    public async ValueTask<Http1Connection> GetAsync(Http1Pool pool, Func<CancellationToken, ValueTask<UpstreamConnection>> open, CancellationToken cancellationToken)
    {
        EnterLine();
        try
        {
            return await WaitAsync(pool, takesConnections: true, cancellationToken) ?? new Http1Connection(await CountAsync(open, cancellationToken));
        }
        finally
        {
            gates.Pending.Leave();
        }
    }

    /// <summary>Opens a connection of HTTP/1.1 for the platform's client, which waits by itself for those that come back to it.</summary>
    /// <param name="pool">Whose kept connections make room.</param>
    /// <param name="open">Opens one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UpstreamException">Too many wait already.</exception>
    public async ValueTask<UpstreamConnection> OpenAsync(Http1Pool pool, Func<CancellationToken, ValueTask<UpstreamConnection>> open, CancellationToken cancellationToken)
    {
        EnterLine();
        try
        {
            await WaitAsync(pool, takesConnections: false, cancellationToken);
            return await CountAsync(open, cancellationToken);
        }
        finally
        {
            gates.Pending.Leave();
        }
    }

    /// <summary>Opens a connection of HTTP/2: a replica has one, whatever the limit, and one of HTTP/1.1 beside it.</summary>
    public async ValueTask<UpstreamConnection> OpenHttp2Async(Func<CancellationToken, ValueTask<UpstreamConnection>> open, CancellationToken cancellationToken)
    {
        gates.TryOpen(always: true);
        try
        {
            var connection = await open(cancellationToken);
            connection.WhenClosed(gates.Close);
            return connection;
        }
        catch
        {
            gates.Close();
            throw;
        }
    }

    /// <summary>Gives a connection that came back to whoever waits longest, or closes it for them.</summary>
    /// <returns>Whether somebody waited.</returns>
    public bool TryHandOver(Http1Connection connection)
    {
        lock (_lock)
        {
            while (_waiting.First is { Value.TakesConnections: true } first)
            {
                _waiting.RemoveFirst();
                if (first.Value.TrySetResult(connection))
                {
                    return true;
                }
            }

            if (_waiting.Count == 0)
            {
                return false;
            }
        }

        connection.Dispose();
        return true;
    }

    private void EnterLine()
    {
        if (!gates.Pending.TryEnter())
        {
            throw new UpstreamException(ProxyError.UpstreamOverflow, $"{gates.Pending.Limit} requests wait for a connection already (maxPendingRequests)");
        }
    }

    // With null the caller holds the right to open one, and it is counted.
    private async ValueTask<Http1Connection?> WaitAsync(Http1Pool pool, bool takesConnections, CancellationToken cancellationToken)
    {
        var waiter = new ConnectionWaiter(takesConnections);
        try
        {
            Enqueue(waiter, pool);
            if (!gates.TryOpen(always: Volatile.Read(ref _open) == 0, waiter))
            {
                if (!takesConnections)
                {
                    pool.TryTake()?.Dispose();
                }

                await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((ConnectionWaiter)state!).TrySetCanceled(token), waiter);
                if (await waiter.Task is { } returned)
                {
                    return returned;
                }
            }
            else if (!waiter.TrySetResult(null))
            {
                gates.Close(); // it was given a connection, or the right of one that closed, in the meantime
                if (await waiter.Task is { } returned)
                {
                    return returned;
                }
            }

            Interlocked.Increment(ref _open);
            return null;
        }
        finally
        {
            gates.Forget(waiter);
            lock (_lock)
            {
                _waiting.Remove(waiter);
            }
        }
    }

    private void Enqueue(ConnectionWaiter waiter, Http1Pool pool)
    {
        lock (_lock)
        {
            _waiting.AddLast(waiter);
        }

        if (!waiter.TakesConnections)
        {
            return;
        }

        // One may have come back before this stood in the line; whoever gives one back looks at the line afterwards.
        if (pool.TryTake() is { } kept && !waiter.TrySetResult(kept))
        {
            pool.Return(kept);
        }
    }

    private async ValueTask<UpstreamConnection> CountAsync(Func<CancellationToken, ValueTask<UpstreamConnection>> open, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await open(cancellationToken);
            connection.WhenClosed(Close);
            return connection;
        }
        catch
        {
            Close();
            throw;
        }
    }

    // Who waits for this replica is first, or its last connection could go to another and leave it with none.
    private void Close()
    {
        Interlocked.Decrement(ref _open);
        lock (_lock)
        {
            while (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                if (first.Value.TrySetResult(null))
                {
                    return;
                }
            }
        }

        gates.Close();
    }
}
