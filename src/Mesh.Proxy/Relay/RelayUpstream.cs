using Grpc.Core;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;

namespace Mesh.Proxy.Relay;

/// <summary>
/// Opens streams to the control plane for clients. While it cannot be reached a client's new stream waits here: clients of their own pause up to two minutes between
/// attempts, and this looks for it every second.
/// </summary>
/// <param name="link">A connection of the relay's own: what its clients leave unread is not in the way of this proxy's configuration.</param>
/// <param name="identity">Without an SVID the control plane would only say no.</param>
/// <param name="time">The clock.</param>
internal sealed class RelayUpstream(ControlPlaneLink link, WorkloadIdentity identity, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // A control plane shows its headers when a stream is admitted; one that does not is given the stream all the same.
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(2);

    /// <summary>Opens a stream and sends its first message, as soon as there is a control plane.</summary>
    /// <param name="method">Which.</param>
    /// <param name="first">The first message.</param>
    /// <param name="onWait">Told once, with the reason, if there is none yet.</param>
    /// <param name="cancellationToken">Ends the wait and the stream.</param>
    public async Task<AsyncDuplexStreamingCall<byte[], byte[]>> OpenAsync(Method<byte[], byte[]> method, byte[] first, Action<string> onWait, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            await identity.WaitAsync(cancellationToken);
            var call = link.AsyncDuplexStreamingCall(method, null, new CallOptions(cancellationToken: cancellationToken));
            if (await FaultAsync(call, first, cancellationToken) is not { } fault)
            {
                return call;
            }

            call.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (failures == 0)
            {
                onWait(fault);
            }

            var pause = Pause * (failures + 1);
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
        }
    }

    /// <summary>Tells what this side's connection met from what the control plane said, which is for the client to hear.</summary>
    /// <returns>What happened to the connection. <see langword="null"/>: it is the control plane's word.</returns>
    public static string? OwnFault(RpcException e) => e switch
    {
        { StatusCode: StatusCode.Cancelled } => "The connection to the control plane was renewed; connect again.",
        { Status.DebugException: not null } => "The connection to the control plane broke; connect again.",
        _ => null,
    };

    /// <inheritdoc />
    public void Dispose() => link.Dispose();

    /// <returns>Why nobody answers. <see langword="null"/>: somebody does, and be it to refuse.</returns>
    private async Task<string?> FaultAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, byte[] first, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(first, cancellationToken);
            await Task.WhenAny(call.ResponseHeadersAsync, Task.Delay(HeadersWithin, time, over.Token));
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException && !cancellationToken.IsCancellationRequested)
        {
            // The call is over before it began; its headers or status say why.
        }
        finally
        {
            await over.CancelAsync();
        }

        if (!call.ResponseHeadersAsync.IsFaulted && !call.ResponseHeadersAsync.IsCanceled)
        {
            return null;
        }

        try
        {
            await call.ResponseHeadersAsync;
            return null;
        }
        catch (RpcException e)
        {
            return OwnFault(e) ?? (e.StatusCode == StatusCode.Unavailable ? e.Status.Detail : null);
        }
        catch (OperationCanceledException)
        {
            return "the connection was renewed";
        }
    }
}
