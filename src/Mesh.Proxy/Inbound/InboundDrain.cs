using Mesh.Proxy.Configuration;

namespace Mesh.Proxy.Inbound;

/// <summary>
/// Ends the inbound half while the app still runs and may call others: peers hear that this replica takes no new work, the doors close, what runs finishes. Whoever
/// started the app ends it then, and no request is lost.
/// </summary>
internal sealed class InboundDrain(InboundListeners open, DrainSignal signal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    // The first request of a caller that connected just before the doors closed is on its way, or never comes.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    /// <summary>Drains; again waits again.</summary>
    /// <param name="within">How long what runs may take.</param>
    /// <param name="cancellationToken">Ends the waiting; the draining goes on.</param>
    /// <returns>How many connections were still open in the end.</returns>
    public async Task<int> RunAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        signal.Begin();
        await signal.UntilHeardAsync(time, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        open.Set.Stop();
        using var limit = new CancellationTokenSource(within, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var from = time.GetTimestamp();
        int left;
        while ((left = open.Set.Connections().Count) > 0 && !ending.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (time.GetElapsedTime(from) >= Silence)
            {
                open.Set.AbortSilent("This replica takes no new work.");
            }
        }

        return left;
    }
}
