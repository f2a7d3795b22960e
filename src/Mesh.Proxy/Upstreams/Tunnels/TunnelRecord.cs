using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Upstreams;

/// <summary>What one opaque connection is counted and logged under while it is open.</summary>
internal sealed class TunnelRecord(HopDirection direction, string caller, string callee, Socket near, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly EndPoint? _remote = RemoteOf(near);

    /// <summary>Where it goes.</summary>
    public HopNotes Notes { get; } = new();

    /// <summary>Counts it, once it has ended, and writes about it.</summary>
    /// <param name="metrics">Where it is counted.</param>
    /// <param name="tunnel">What moved; <see langword="null"/>: it was never open.</param>
    /// <param name="error">The mesh's own error.</param>
    /// <param name="callerId">The caller's SPIFFE id, where it has one here.</param>
    /// <param name="logs">What is written, as the configuration has it now; <see langword="null"/>: nothing.</param>
    public void Complete(ProxyMetrics metrics, Tunnel? tunnel, ProxyError? error, string? callerId, CompiledAccessLogs? logs)
    {
        var elapsed = time.GetElapsedTime(_started);
        var code = error is { } made ? ErrorCatalog.Of(made).Code : null;
        var (toCallee, toCaller) = (tunnel?.ToCallee ?? 0, tunnel?.ToCaller ?? 0);
        metrics.TunnelClosed(new TunnelTags { Direction = direction, Caller = caller, Callee = callee, Error = code }, elapsed, toCallee, toCaller);
        if (logs is null)
        {
            return;
        }

        Notes.Moved(toCallee, toCaller);
        logs.Write(new AccessEntry
        {
            Remote = _remote,
            Direction = direction,
            Caller = caller,
            CallerId = callerId,
            Callee = callee,
            Status = 0,
            Error = code,
            Flags = error is { } why ? ResponseFlags.Of(why) : tunnel is { IsTooOld: true } ? ResponseFlags.TooOld : null,
            Elapsed = elapsed,
            EndedAt = time.GetUtcNow(),
            Notes = Notes,
        });
    }

    // Asked for at once: a socket that is closed has forgotten it.
    private static EndPoint? RemoteOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
