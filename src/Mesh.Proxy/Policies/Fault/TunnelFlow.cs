using Mesh.Model.Snapshots;
using Mesh.Proxy.Errors;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>
/// What faults do to one opaque connection, from its next bytes on: whether it is one of a fault's share is drawn once. Where there is no fault it looks at one reference.
/// </summary>
internal sealed class TunnelFlow(FaultInjector injector, string listener, string callee, TimeProvider time) : IFlow, IDisposable
{
    private List<(CompiledFault Fault, bool IsHit)>? _drawn;
    private Throttle? _throttle;
    private readonly Lock _lock = new();
    private ITimer? _reset;
    private long _sent;

    /// <summary>What broke the connection off; <see langword="null"/>: no fault.</summary>
    public Failure? Broken { get; private set; }

    /// <summary>What resets the connection.</summary>
    public Action? Abort { get; set; }

    /// <inheritdoc />
    public bool IsIdle => injector.Board.Current is null;

    /// <summary>The connection is open: a fault may reset it before a byte moves.</summary>
    public void Open() => _ = Hit();

    /// <inheritdoc />
    public ValueTask<int> AdmitAsync(int bytes, CancellationToken cancellationToken) => Hit() is { } hit ? AdmitAsync(hit, bytes, cancellationToken) : new(bytes);

    /// <inheritdoc />
    public async ValueTask EndingAsync(CancellationToken cancellationToken)
    {
        if (Hit() is { Rule.Effects.Tunnel.SlowClose: { } hold } hit)
        {
            injector.Note(hit, "slow_close", callee);
            await HoldAsync(hit, hold, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _reset?.Dispose();
        }
    }

    private async ValueTask<int> AdmitAsync(CompiledFault hit, int bytes, CancellationToken cancellationToken)
    {
        var tunnel = hit.Rule.Effects.Tunnel!;
        if (tunnel.Latency is { } latency)
        {
            var jitter = tunnel.Jitter ?? TimeSpan.Zero;
            await HoldAsync(hit, latency + (jitter * ((injector.Draw() * 2) - 1)), cancellationToken);
        }

        if (tunnel.LimitBytes is { } limit)
        {
            bytes = (int)Math.Min(bytes, limit - _sent);
            if (bytes <= 0)
            {
                injector.Note(hit, "limit", callee);
                return 0;
            }
        }

        if (tunnel.BytesPerSecond is { } perSecond)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hit.Ended);
            bytes = await (_throttle ??= new(time)).NextAsync(bytes, perSecond, either.Token);
        }

        _sent += bytes;
        return bytes;
    }

    private async ValueTask HoldAsync(CompiledFault hit, TimeSpan length, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hit.Ended);
        await Task.Delay(length, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The oldest fault that this connection is one of the share of.
    private CompiledFault? Hit()
    {
        if (injector.Board.Current is not { } live || !live.TryGetValue(listener, out var faults))
        {
            return null;
        }

        foreach (var fault in faults)
        {
            if (fault.Rule.Effects.Tunnel is { } tunnel && !fault.Ended.IsCancellationRequested && IsHit(fault, tunnel))
            {
                return fault;
            }
        }

        return null;
    }

    // Both directions of the opening and the way back ask, so that one lock is shared.
    private bool IsHit(CompiledFault fault, FaultTunnel tunnel)
    {
        lock (_lock)
        {
            _drawn ??= [];
            var at = _drawn.FindIndex(drawn => drawn.Fault == fault);
            if (at >= 0)
            {
                return _drawn[at].IsHit;
            }

            var isHit = injector.IsDrawn(tunnel.Percent);
            _drawn.Add((fault, isHit));
            if (isHit && tunnel.Latency is not null)
            {
                injector.Note(fault, "latency", callee);
            }

            if (isHit && tunnel.BytesPerSecond is not null)
            {
                injector.Note(fault, "bandwidth", callee);
            }

            if (isHit && tunnel.ResetAfter is { } after)
            {
                _reset = time.CreateTimer(_ => Reset(fault), null, after, System.Threading.Timeout.InfiniteTimeSpan);
            }

            return isHit;
        }
    }

    private void Reset(CompiledFault fault)
    {
        if (!fault.Ended.IsCancellationRequested)
        {
            injector.Note(fault, "reset", callee);
            Broken = new Failure(ProxyError.FaultInjected, fault.Rule.Label, $"the connection to {callee} was reset");
            Abort?.Invoke();
        }
    }
}
