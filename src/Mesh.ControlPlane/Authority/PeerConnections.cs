using System.Collections.Concurrent;
using Mesh.Model.Identity;
using Microsoft.AspNetCore.Connections;

namespace Mesh.ControlPlane.Authority;

/// <summary>
/// Ends connections to the gRPC door whose certificate came to be worth nothing while they were open: it expired, or its root was retired. Discovery, registration and load reports are calls
/// that go on for days and are judged when they begin. A sidecar has moved to a new connection long before; who has not comes back and is judged anew.
/// </summary>
internal sealed partial class PeerConnections : IDisposable
{
    /// <summary>How much later that is noticed at most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly PeerVerifier _peers;
    private readonly ISigningAuthority _authority;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerConnections> _logger;
    private readonly ConcurrentDictionary<ConnectionContext, PeerCertificates> _open = new();
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private TrustBundle? _bundle;

    public PeerConnections(PeerVerifier peers, ISigningAuthority authority, TimeProvider time, ILogger<PeerConnections> logger)
    {
        _peers = peers;
        _authority = authority;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static self => ((PeerConnections)self!).Look(), this, Period, Period);
    }

    /// <summary>Serves a connection for as long as what its peer showed is worth something.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // One that is worth nothing from the beginning may still ask for a certificate with a token; its other calls are refused, with words.
        var shown = PeerVerifier.Shown(connection.Features);
        if (shown is null || End(shown) <= _time.GetUtcNow())
        {
            await next(connection);
            return;
        }

        _open[connection] = shown;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            Judge();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // An authority that cannot say what is trusted now; on a timer this would end the process. It is looked again in a moment.
            Log.NotJudged(_logger, e);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Judge()
    {
        if (_open.IsEmpty)
        {
            return;
        }

        // Chains are verified again only where what is trusted has changed.
        var (now, bundle) = (_time.GetUtcNow(), _authority.Current.Bundle);
        var isTrustChanged = !bundle.Equals(_bundle);
        foreach (var (connection, shown) in _open)
        {
            if ((isTrustChanged || End(shown) <= now) && _peers.Verify(shown) is { IsValid: false } found)
            {
                Log.PeerEnded(_logger, connection.ConnectionId, shown.Leaf.SerialNumber, found.Reason);
                connection.Abort(new ConnectionAbortedException("The certificate that opened this connection is not valid any more."));
            }
        }

        _bundle = bundle;
    }

    private static DateTimeOffset End(PeerCertificates shown) => shown.Leaf.NotAfter.ToUniversalTime();

    private static partial class Log
    {
        [LoggerMessage(2140, LogLevel.Warning, "Connection {Connection} is ended: the certificate {Serial} that opened it is not valid any more, {Reason}.", EventName = nameof(PeerEnded))]
        public static partial void PeerEnded(ILogger logger, string connection, string serial, string? reason);

        [LoggerMessage(2141, LogLevel.Error, "The certificates of open connections could not be judged; it is tried again in a moment.", EventName = nameof(NotJudged))]
        public static partial void NotJudged(ILogger logger, Exception exception);
    }
}
