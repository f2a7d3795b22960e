using Grpc.Core;
using Mesh.Registration.V1;

namespace Mesh.Proxy.Configuration;

/// <summary>One registration: the replica is there for as long as this stream is open and heartbeats go over it.</summary>
internal sealed class RegistrationStream : IAsyncDisposable
{
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(5);

    private readonly AsyncDuplexStreamingCall<ReplicaStatus, RegistrationAck> _call;
    private readonly CancellationTokenSource _ending;
    private readonly SemaphoreSlim _exchange = new(1);
    private ulong _sequence;

    // Read ahead: between two statuses nothing comes, so that this ends when the stream does.
    private Task<bool> _next;

    private RegistrationStream(AsyncDuplexStreamingCall<ReplicaStatus, RegistrationAck> call, CancellationTokenSource ending)
    {
        _call = call;
        _ending = ending;
        _next = call.ResponseStream.MoveNext(ending.Token);
    }

    /// <summary>Ends when the control plane has gone away since the last status.</summary>
    public Task Ended => _next;

    /// <summary>Within what the next status has to be sent.</summary>
    public TimeSpan Heartbeat { get; private set; } = DefaultHeartbeat;

    /// <summary>Opens a stream, sends the first status and waits until it was taken.</summary>
    /// <exception cref="RpcException">It was refused, or nobody answered.</exception>
    public static async Task<RegistrationStream> OpenAsync(CallInvoker control, ReplicaStatus status, CancellationToken cancellationToken)
    {
        var ending = new CancellationTokenSource();
        var stream = new RegistrationStream(new RegistrationService.RegistrationServiceClient(control).Register(cancellationToken: ending.Token), ending);
        try
        {
            await stream.SendAsync(status, cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a status and waits until it was taken.</summary>
    /// <exception cref="RpcException">The stream has ended.</exception>
    public async Task SendAsync(ReplicaStatus status, CancellationToken cancellationToken)
    {
        await _exchange.WaitAsync(cancellationToken);
        try
        {
            status.Sequence = ++_sequence;
            await _call.RequestStream.WriteAsync(status, cancellationToken);
            RegistrationAck ack;
            do
            {
                if (!await _next.WaitAsync(cancellationToken))
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, "the control plane ended the stream"));
                }

                ack = _call.ResponseStream.Current;
                Heartbeat = ack.Heartbeat?.ToTimeSpan() is { Ticks: > 0 } asked ? asked : DefaultHeartbeat;
                _next = _call.ResponseStream.MoveNext(_ending.Token);
            }
            while (ack.Sequence < status.Sequence);
        }
        finally
        {
            _exchange.Release();
        }
    }

    /// <summary>Ends the stream: the replica is withdrawn unless a newer stream has taken over.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _call.Dispose();
        await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _exchange.Dispose();
    }
}
