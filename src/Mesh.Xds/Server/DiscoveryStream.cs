using System.Threading.Channels;
using Grpc.Core;

namespace Mesh.Xds.Server;

/// <summary>
/// Runs one session on one transport stream: one task, and one channel of one element that says no more than "look again". However much is published while a
/// slow client reads, it is sent the newest next.
/// </summary>
internal sealed class DiscoveryStream<TRequest, TResponse> : ICacheListener
    where TResponse : class
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _noting = new();
    private readonly SnapshotCache _cache;
    private readonly string _profile;
    private readonly DiscoverySession<TRequest, TResponse> _session;
    private HashSet<string> _changedEndpoints = new(StringComparer.Ordinal);

    /// <param name="cache">What is served.</param>
    /// <param name="profile">Of which this much.</param>
    /// <param name="session">Makes the session that hears of changes from this stream.</param>
    public DiscoveryStream(SnapshotCache cache, string profile, Func<ICacheListener, DiscoverySession<TRequest, TResponse>> session)
    {
        _cache = cache;
        _profile = profile;
        _session = session(this);
    }

    public void OnSnapshot() => _wake.Writer.TryWrite(true);

    public void OnEndpoints(string cluster)
    {
        lock (_noting)
        {
            _changedEndpoints.Add(cluster);
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>Serves until the peer ends the stream or the token says so.</summary>
    /// <param name="first">The request that was read to learn who the peer is.</param>
    public async Task RunAsync(
        TRequest first,
        IAsyncStreamReader<TRequest> requests,
        IAsyncStreamWriter<TResponse> responses,
        CancellationToken cancellationToken)
    {
        _cache.Attach(_profile, this);
        try
        {
            _session.OnRequest(first);
            var next = requests.MoveNext(cancellationToken);
            var wake = _wake.Reader.WaitToReadAsync(cancellationToken).AsTask();
            while (true)
            {
                while (_session.Next() is { } response)
                {
                    await responses.WriteAsync(response, cancellationToken);
                }

                await Task.WhenAny(next, wake);

                // Every request that is there is taken before anything is sent: an answer and a subscription often come together.
                while (next.IsCompleted)
                {
                    if (!await next)
                    {
                        return;
                    }

                    _session.OnRequest(requests.Current);
                    next = requests.MoveNext(cancellationToken);
                }

                if (wake.IsCompleted)
                {
                    await wake;
                    _wake.Reader.TryRead(out _);
                    _session.OnEndpoints(TakeChangedEndpoints());
                    wake = _wake.Reader.WaitToReadAsync(cancellationToken).AsTask();
                }
            }
        }
        finally
        {
            _session.End();
            _cache.Detach(_profile, this);
        }
    }

    private HashSet<string> TakeChangedEndpoints()
    {
        lock (_noting)
        {
            var taken = _changedEndpoints;
            _changedEndpoints = new(StringComparer.Ordinal);
            return taken;
        }
    }
}
