using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>What a fault does to one response, or to the bytes of one upgraded connection. A limit ends with the fault; what was drawn to be cut is cut.</summary>
internal sealed class ResponseFlow(CompiledFault fault, FaultResponse response, TimeProvider time) : IFlow
{
    // The server drops what it has not written to the socket yet when it is told to break off.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    private readonly Throttle _throttle = new(time);
    private long _sent;

    /// <summary>After how many bytes it breaks off; <see langword="null"/>: it does not.</summary>
    public int? CutAfter => response.CutAfter;

    /// <summary>What a cut is told as.</summary>
    public Failure Failure { get; } = new(ProxyError.FaultInjected, fault.Rule.Label, BreaksOff: true);

    /// <summary>Gives what came before a cut the time to go out.</summary>
    public Task LingerAsync() => Task.Delay(Linger, time);

    /// <inheritdoc />
    public bool IsIdle => false;

    /// <inheritdoc />
    public async ValueTask<int> AdmitAsync(int bytes, CancellationToken cancellationToken)
    {
        if (response.CutAfter is { } cut)
        {
            bytes = (int)Math.Min(bytes, cut - _sent);
            if (bytes <= 0)
            {
                throw new FaultInjectedException(Failure);
            }
        }

        if (response.BytesPerSecond is { } perSecond && !fault.Ended.IsCancellationRequested)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, fault.Ended);
            bytes = await _throttle.NextAsync(bytes, perSecond, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
        }

        _sent += bytes;
        return bytes;
    }

    /// <inheritdoc />
    public ValueTask EndingAsync(CancellationToken cancellationToken) => default;
}
