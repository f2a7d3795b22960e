using System.Net;
using Grpc.Core;
using Grpc.Net.Client;

namespace Mesh.Proxy.Configuration;

/// <summary>
/// The one connection to the control plane that configuration and registration share. It is opened anew when there is a new SVID to show, and when time was lost;
/// streams on the old one get a moment to move.
/// </summary>
internal sealed class ControlPlaneLink : CallInvoker, IDisposable
{
    /// <summary>How long streams may go on over an old connection. Default: 5 s; registering anew takes milliseconds.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Func<GrpcChannel> _open;
    private readonly TimeProvider _time;
    private readonly List<Retired> _retired = [];
    private volatile GrpcChannel? _channel;
    private bool _disposed;

    /// <summary>Makes a link; it connects with the first call.</summary>
    /// <param name="open">Opens a channel that shows the SVID of the moment.</param>
    /// <param name="time">The clock.</param>
    public ControlPlaneLink(Func<GrpcChannel> open, TimeProvider time)
    {
        _open = open;
        _time = time;
    }

    /// <summary>Raised after new calls go over a new connection: long streams move over now.</summary>
    public event Action? Renewed;

    /// <summary>From which of this machine's addresses the control plane was reached. <see langword="null"/>: it was not yet.</summary>
    public Func<IPAddress?> LocalAddress { get; init; } = () => null;

    /// <summary>Sends new calls over a new connection.</summary>
    /// <param name="atOnce">Whether calls over the old one are ended now: it is believed dead.</param>
    public void Renew(bool atOnce)
    {
        GrpcChannel? old;
        lock (_lock)
        {
            if (_disposed || _channel is null)
            {
                return; // nobody has called yet: the first call opens
            }

            old = _channel;
            _channel = _open();
            if (!atOnce)
            {
                _retired.Add(new Retired(this, old));
                old = null;
            }
        }

        old?.Dispose();
        Renewed?.Invoke();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        List<Retired> retired;
        lock (_lock)
        {
            _disposed = true;
            retired = [.. _retired];
            _retired.Clear();
        }

        foreach (var channel in retired)
        {
            channel.Dispose();
        }

        _channel?.Dispose();
    }

    /// <inheritdoc />
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException("Nothing here may block a thread.");

    /// <inheritdoc />
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Invoker().AsyncUnaryCall(method, host, options, request);

    /// <inheritdoc />
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Invoker().AsyncServerStreamingCall(method, host, options, request);

    /// <inheritdoc />
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        Invoker().AsyncClientStreamingCall(method, host, options);

    /// <inheritdoc />
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        Invoker().AsyncDuplexStreamingCall(method, host, options);

    private CallInvoker Invoker()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (_channel ??= _open()).CreateCallInvoker();
        }
    }

    private void Forget(Retired retired)
    {
        lock (_lock)
        {
            _retired.Remove(retired);
        }

        retired.Dispose();
    }

    private sealed class Retired : IDisposable
    {
        private readonly GrpcChannel _channel;
        private readonly ITimer _timer;

        public Retired(ControlPlaneLink link, GrpcChannel channel)
        {
            _channel = channel;
            _timer = link._time.CreateTimer(_ => link.Forget(this), null, Grace, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            _channel.Dispose();
        }
    }
}
