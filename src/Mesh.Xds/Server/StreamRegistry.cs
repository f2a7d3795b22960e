using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Mesh.Xds.Server;

/// <summary>The open discovery streams and what each has accepted and refused.</summary>
public sealed class StreamRegistry
{
    private readonly ConcurrentDictionary<long, StreamStatus> _streams = new();
    private long _last;

    /// <summary>All open streams now.</summary>
    public ImmutableArray<StreamStatus> Streams => [.. _streams.Values];

    /// <summary>Called after a stream opened, was sent something, or answered. On the stream's own task: note it and return.</summary>
    public event Action<StreamStatus>? Changed;

    /// <summary>Called after a stream ended, with its last status.</summary>
    public event Action<StreamStatus>? Closed;

    internal long NextId() => Interlocked.Increment(ref _last);

    internal void Set(StreamStatus status)
    {
        _streams[status.Id] = status;
        Changed?.Invoke(status);
    }

    internal void Remove(StreamStatus status)
    {
        _streams.TryRemove(status.Id, out _);
        Closed?.Invoke(status);
    }
}
