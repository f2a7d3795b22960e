namespace Mesh.Proxy.Configuration;

/// <summary>Says that this replica takes no new work: set once, by SIGTERM or the admin endpoint.</summary>
internal sealed class DrainSignal : IDisposable
{
    // A control plane that does not answer must not hold up the end.
    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(1);

    // Peers learn of it within milliseconds; until then their requests still come.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Cancelled when draining begins.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether draining has begun.</summary>
    public bool IsDraining => _source.IsCancellationRequested;

    /// <summary>Begins draining; again does nothing.</summary>
    public void Begin() => _source.Cancel();

    /// <summary>The control plane has taken it.</summary>
    public void MarkTold() => _told.TrySetResult();

    /// <summary>Waits until peers have had the time to hear of it, or the control plane did not take it in time.</summary>
    public async Task UntilHeardAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await Task.WhenAny(_told.Task, Task.Delay(TellWithin, time, cancellationToken));
        if (_told.Task.IsCompleted)
        {
            await Task.Delay(Grace, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();
}
