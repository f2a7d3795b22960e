using Mesh.Proxy.Configuration;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Outbound;

namespace Mesh.Proxy.Composition;

/// <summary>Everything that carries traffic, as one thing to start, feed and drain.</summary>
internal sealed class DataPath(
    ILiveConfiguration configuration, HttpEngine engine, InboundState inboundState, InboundDoors inbound, InboundListeners inboundListeners, ApplicationWatch watch, OutboundDoors outbound, OutboundListeners outboundListeners, TimeProvider time)
    : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private long _applied = -1;
    private bool _isStopped;

    /// <summary>Serves from now on, with the configuration that is in force and those to come.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.StartAsync(cancellationToken);
        configuration.Changed += Apply;
        Apply();
    }

    /// <summary>Takes no new work, finishes what runs, and closes what has not finished by the deadline.</summary>
    public async Task DrainAsync(TimeSpan deadline)
    {
        configuration.Changed -= Apply;
        lock (_lock)
        {
            _isStopped = true;
        }

        using var limit = new CancellationTokenSource(deadline, time);
        inboundListeners.Set.Stop();
        outboundListeners.Set.Stop();
        await engine.StopAsync(limit.Token);
        await WaitForTunnelsAsync(limit.Token);
        inboundListeners.Set.Abort("The proxy stops.");
        outboundListeners.Set.Abort("The proxy stops.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        configuration.Changed -= Apply;
        inboundListeners.Set.Dispose();
        outboundListeners.Set.Dispose();
        watch.Dispose();
        await engine.DisposeAsync();
        inboundState.Dispose();
    }

    private void Apply()
    {
        lock (_lock)
        {
            if (_isStopped || configuration.Current is not { } current || current.Generation == _applied)
            {
                return;
            }

            _applied = current.Generation;
            inbound.Apply(current);
            outbound.Apply(current);
            watch.Apply(inboundState.Tables!);
        }
    }

    private async Task WaitForTunnelsAsync(CancellationToken limit)
    {
        try
        {
            while (inboundListeners.Set.Connections().Count + outboundListeners.Set.Connections().Count > 0)
            {
                // Each time: one that was accepted last may be added only now.
                inboundListeners.Set.AbortSilent("The proxy stops.");
                outboundListeners.Set.AbortSilent("The proxy stops.");
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, limit);
            }
        }
        catch (OperationCanceledException)
        {
            // Long enough.
        }
    }
}
