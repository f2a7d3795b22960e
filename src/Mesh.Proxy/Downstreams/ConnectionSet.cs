using System.Collections.Concurrent;

namespace Mesh.Proxy.Downstreams;

/// <summary>The open connections of one listener.</summary>
internal sealed class ConnectionSet
{
    private readonly ConcurrentDictionary<IDownstream, byte> _open = new();
    private volatile bool _isRetired;

    /// <summary>The connections that are open now.</summary>
    public IEnumerable<IDownstream> Open => _open.Keys;

    /// <summary>Whether none is open.</summary>
    public bool IsEmpty => _open.IsEmpty;

    /// <summary>Counts a connection in; one that comes too late is retired at once.</summary>
    public void Add(IDownstream connection)
    {
        _open.TryAdd(connection, 0);
        if (_isRetired)
        {
            connection.Retire();
        }
    }

    /// <summary>Counts it out.</summary>
    public void Remove(IDownstream connection) => _open.TryRemove(connection, out _);

    /// <summary>Lets each finish what it does and close.</summary>
    public void Retire()
    {
        _isRetired = true;
        foreach (var connection in _open.Keys)
        {
            connection.Retire();
        }
    }

    /// <summary>Ends all that are open.</summary>
    public void Abort(string reason)
    {
        foreach (var connection in _open.Keys)
        {
            connection.Abort(reason);
        }
    }
}
